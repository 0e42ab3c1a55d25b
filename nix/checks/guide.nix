# Each Nix block of docs/nixos.md is a configuration that holds: no option it does not have, no message, no warning.
{
  lib,
  pkgs,
  self,
  evaluate,
  ...
}:
let
  parts = lib.splitString "```" (builtins.readFile ../../docs/nixos.md);
  # Every other part is a block. In a list it is indented, which Nix does not mind.
  blocks = map (lib.removePrefix "nix\n") (lib.filter (lib.hasPrefix "nix\n") parts);
  read = block: import (builtins.toFile "block.nix" block);

  # What the guide shows of others' modules.
  secretsOf =
    folder:
    lib.mkOption {
      default = { };
      type = lib.types.attrsOf (
        lib.types.submodule (
          { name, ... }:
          {
            freeformType = lib.types.attrsOf lib.types.anything;
            options.path = lib.mkOption { default = "${folder}/${name}"; };
          }
        )
      );
    };
  others.options = {
    sops.secrets = secretsOf "/run/secrets";
    age.secrets = secretsOf "/run/agenix";
  };

  # A block is a whole flake, whose machine has one module that is not in the guide, or a module.
  systemOf =
    block:
    let
      it = read block;
      machine =
        (it.outputs {
          safeharbor = self;
          nixpkgs.lib = lib // {
            nixosSystem =
              { modules, ... }: evaluate { imports = lib.filter (module: !lib.isPath module) modules; };
          };
        }).nixosConfigurations.reef;
    in
    if it ? outputs then
      machine
    else
      evaluate {
        imports = [
          it
          others
        ];
      };

  faultsOf =
    block:
    let
      inherit (systemOf block) config;
      said =
        map (it: it.message) (lib.filter (it: !it.assertion) config.assertions)
        ++ lib.filter (lib.hasInfix "services.safeharbor") config.warnings
        ++ lib.optional (!config.services.safeharbor.enable) "it enables nothing";
    in
    # Evaluates all of it, and builds nothing.
    lib.optional (
      builtins.seq config.system.build.toplevel.drvPath said != [ ]
    ) "${block}\n    ${lib.concatStringsSep "\n    " said}";

  faults = lib.concatMap faultsOf blocks;
in
assert lib.assertMsg (lib.length blocks > 10) "docs/nixos.md has lost its blocks";
assert lib.assertMsg (faults == [ ]) (lib.concatStringsSep "\n" faults);
pkgs.runCommand "safeharbor-guide" { } "touch $out"
