# The binary alone. Units, documentation and Nix files are not among its sources, so a change of those compiles nothing.
{
  lib,
  rustPlatform,
  postgresql,
  redis,
}:
let
  fs = lib.fileset;
  manifest = lib.importTOML ../Cargo.toml;
in
rustPlatform.buildRustPackage {
  pname = "safeharbor-unwrapped";
  inherit (manifest.package) version;

  src = fs.toSource {
    root = ../.;
    fileset = fs.unions [
      ../.sqlx
      ../Cargo.lock
      ../Cargo.toml
      ../askama.toml
      ../assets
      ../benches
      ../build.rs
      ../deny.toml
      ../migrations
      ../sqlx.toml
      ../src
      ../templates
      ../tests/it
    ];
  };

  cargoLock.lockFile = ../Cargo.lock;

  # Queries are checked against .sqlx: there is no database in a build.
  env.SQLX_OFFLINE = "true";

  # Tests start a Postgres and a Redis of their own, on unix sockets.
  nativeCheckInputs = [
    postgresql
    redis
  ];
  checkFlags = lib.concatMap (name: [
    "--skip"
    name
  ]) (import ./skipped-tests.nix);

  meta = import ./meta.nix { inherit lib; };
}
