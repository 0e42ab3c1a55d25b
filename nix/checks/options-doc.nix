# docs/options.md is what the options say.
{ pkgs, packages, ... }:
pkgs.runCommand "safeharbor-options-doc" { } ''
  diff -u ${../../docs/options.md} ${packages.options-doc} || {
    echo 'docs/options.md is not what the options say: nix build .#options-doc && cp result docs/options.md' >&2
    exit 1
  }
  touch $out
''
