{
  lib,
  pkgs,
  packages,
}:
let
  app = description: package: {
    type = "app";
    program = lib.getExe package;
    meta = { inherit description; };
  };
in
{
  default = app "The safeharbor command" packages.safeharbor;
  stage = app "Rehearse the whole deployment on this machine" (
    pkgs.callPackage ./stage.nix { safeharbor-unwrapped = packages.unwrapped; }
  );
  doctor = app "Look at this machine's install from the inside" (
    pkgs.callPackage ./doctor.nix { inherit (packages) safeharbor; }
  );
}
