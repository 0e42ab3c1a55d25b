# What work on Safe Harbor needs: cargo test, script/stage, the formatters.
{
  mkShell,
  cargo,
  clippy,
  rustc,
  rustfmt,
  rust-analyzer,
  postgresql,
  redis,
  caddy,
  cloudflared,
  iproute2,
  shellcheck,
  nixfmt,
}:
mkShell {
  packages = [
    cargo
    clippy
    rustc
    rustfmt
    rust-analyzer
    postgresql
    redis
    caddy
    cloudflared
    iproute2
    shellcheck
    nixfmt
  ];
  SQLX_OFFLINE = "true";
}
