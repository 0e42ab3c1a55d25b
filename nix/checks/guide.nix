# Each Nix block of the guides is a configuration that holds: no option it does not have, no message, no warning.
{
  lib,
  pkgs,
  self,
  evaluate,
  ...
}:
let
  # In a list a block is indented, which Nix does not mind.
  blocksOf =
    file:
    map (lib.removePrefix "nix\n") (
      lib.filter (lib.hasPrefix "nix\n") (lib.splitString "```" (builtins.readFile file))
    );
  blocks = lib.concatMap blocksOf [
    ../../docs/deployment.md
    ../../docs/nixos.md
    ../../docs/proxies.md
  ];
  # Some show only what goes into a configuration's braces.
  whole = block: if lib.hasPrefix "{" (lib.trim block) then block else "{\n${block}\n}";
  read = block: import (builtins.toFile "block.nix" (whole block));

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

  # Legal but unwise is what proxies.md says of a port, too.
  isOurs =
    warning:
    lib.hasInfix "services.safeharbor" warning && !lib.hasInfix "every local process counts" warning;

  faultsOf =
    block:
    let
      inherit (systemOf block) config;
      said =
        map (it: it.message) (lib.filter (it: !it.assertion) config.assertions)
        ++ lib.filter isOurs config.warnings
        ++ lib.optional (!config.services.safeharbor.enable) "it enables nothing";
    in
    # Evaluates all of it, and builds nothing.
    lib.optional (
      builtins.seq config.system.build.toplevel.drvPath said != [ ]
    ) "${block}\n    ${lib.concatStringsSep "\n    " said}";

  faults = lib.concatMap faultsOf blocks;
in
assert lib.assertMsg (lib.length blocks > 10) "the guides have lost their blocks";
assert lib.assertMsg (faults == [ ]) (lib.concatStringsSep "\n" faults);
pkgs.runCommand "safeharbor-guide" { } "touch $out"
