{
  description = "Safe Harbor: a household's own aquarium log behind exactly one trusted proxy hop";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      eachSystem =
        make:
        lib.genAttrs [
          "x86_64-linux"
          "aarch64-linux"
        ] (system: make nixpkgs.legacyPackages.${system} self.packages.${system});
    in
    {
      packages = eachSystem (
        pkgs: own: {
          default = own.safeharbor;
          unwrapped = pkgs.callPackage ./nix/unwrapped.nix { };
          safeharbor = pkgs.callPackage ./nix/package.nix { safeharbor-unwrapped = own.unwrapped; };
          image = pkgs.callPackage ./nix/image.nix { safeharbor-unwrapped = own.unwrapped; };
          options-doc = pkgs.callPackage ./nix/options-doc.nix { };
        }
      );

      apps = eachSystem (
        pkgs: own:
        import ./nix/apps.nix {
          inherit lib pkgs;
          packages = own;
        }
      );

      overlays.default = final: _prev: {
        safeharbor-unwrapped = final.callPackage ./nix/unwrapped.nix { };
        safeharbor = final.callPackage ./nix/package.nix { };
      };

      nixosModules = {
        default = self.nixosModules.safeharbor;
        safeharbor =
          { pkgs, ... }:
          {
            # One module, however often and under whichever of its two names it is imported.
            key = "safeharbor";
            _file = ./flake.nix;
            imports = [ ./nixos-module ];
            services.safeharbor.package =
              lib.mkDefault
                self.packages.${pkgs.stdenv.hostPlatform.system}.safeharbor;
          };
      };

      checks = eachSystem (
        pkgs: own:
        import ./nix/checks {
          inherit lib pkgs self;
          packages = own;
        }
      );

      devShells = eachSystem (pkgs: _own: { default = pkgs.callPackage ./nix/dev-shell.nix { }; });

      formatter = eachSystem (pkgs: _own: pkgs.nixfmt-tree);
    };
}
