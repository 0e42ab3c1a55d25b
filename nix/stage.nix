# `safeharbor stage` with every program that it looks for; its state is in $XDG_STATE_HOME/safeharbor/stage.
{
  writeShellApplication,
  safeharbor-unwrapped,
  postgresql,
  redis,
  caddy,
  cloudflared,
  # Before 2021 nixpkgs called it iproute.
  iproute2 ? iproute,
  iproute ? null,
}:
writeShellApplication {
  name = "safeharbor-stage";
  runtimeInputs = [
    safeharbor-unwrapped
    postgresql
    redis
    caddy
    cloudflared
    iproute2
  ];
  text = ''
    exec safeharbor stage "$@"
  '';
}
