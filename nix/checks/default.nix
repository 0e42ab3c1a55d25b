# Every check: the package, the rest of this folder, and each file in nixos-module/tests as a VM test of its name.
{
  lib,
  pkgs,
  self,
  packages,
}:
let
  nixFiles = folder: lib.filterAttrs (name: _: lib.hasSuffix ".nix" name) (builtins.readDir folder);
  each =
    folder: make:
    lib.mapAttrs' (
      file: _: lib.nameValuePair (lib.removeSuffix ".nix" file) (make (folder + "/${file}"))
    ) (nixFiles folder);

  # A configuration with the module, as small as one can be: never booted.
  evaluate =
    module:
    self.inputs.nixpkgs.lib.nixosSystem {
      inherit (pkgs.stdenv.hostPlatform) system;
      modules = [
        self.nixosModules.default
        {
          boot.loader.grub.enable = false;
          fileSystems."/" = {
            device = "none";
            fsType = "tmpfs";
          };
          system.stateVersion = "26.05";
        }
        module
      ];
    };
  here =
    removeAttrs
      (each ./. (
        file:
        import file {
          inherit
            lib
            pkgs
            packages
            self
            evaluate
            ;
        }
      ))
      [
        "default"
      ];

  vmTests = each ../../nixos-module/tests (
    file:
    pkgs.testers.runNixOSTest {
      imports = [ file ];
      defaults.imports = [ self.nixosModules.default ];
    }
  );
in
{
  inherit (packages) safeharbor options-doc;
}
// here
// vmTests
