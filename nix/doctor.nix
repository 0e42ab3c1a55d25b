# `safeharbor doctor` as this machine's service would run it; where there is none, with the settings of the environment.
{ writeShellApplication, safeharbor }:
writeShellApplication {
  name = "safeharbor-doctor";
  runtimeInputs = [ safeharbor ];
  text = ''
    if [ -e /etc/safeharbor/configured ]; then
      exec safeharbor-admin doctor "$@"
    fi
    exec safeharbor doctor "$@"
  '';
}
