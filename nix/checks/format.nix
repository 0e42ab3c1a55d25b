# Every Nix file is as nixfmt writes it.
{
  lib,
  pkgs,
  self,
  ...
}:
let
  isNix = file: file.hasExt "nix";
  source = lib.fileset.toSource {
    root = ../..;
    fileset = lib.fileset.fileFilter isNix ../..;
  };
in
pkgs.runCommand "safeharbor-format" { nativeBuildInputs = [ pkgs.nixfmt ]; } ''
  find ${source} -name '*.nix' -exec nixfmt --check {} +
  touch $out
''
