# The scripts that the package installs, and the one that installs them, as shellcheck likes them.
{
  lib,
  pkgs,
  ...
}:
let
  scripts = lib.fileset.toSource {
    root = ../../systemd;
    fileset = ../../systemd;
  };
in
pkgs.runCommand "safeharbor-lint" { nativeBuildInputs = [ pkgs.shellcheck ]; } ''
  cd ${scripts}
  shellcheck check-secrets install safeharbor-admin tailscale-funnel
  touch $out
''
