# The file of settings that the units read: what the options say and what follows from them. No secret is in it.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.safeharbor;
  address = import ./address.nix { inherit lib; };
  url = address.publicUrl cfg.publicUrl;
  listen = address.listen cfg.listen;

  render = value: if lib.isBool value then (if value then "1" else "0") else toString value;

  # In double quotes systemd's reader, like a shell, takes a backslash before these four.
  quote = value: ''"${lib.escape [ "\\" ''"'' "$" "`" ] value}"'';

  own = lib.mapAttrs (_: render) (lib.filterAttrs (_: value: value != null) cfg.settings);
  all = own // cfg.environment;
  file = pkgs.writeText "safeharbor.env" (
    lib.concatStrings (lib.mapAttrsToList (name: value: "${name}=${quote value}\n") all)
  );

  # What a secret file will hold is not known here; these only say that there will be something.
  secrets =
    lib.optionalAttrs (cfg.database.urlFile != null || cfg.environmentFile != null) {
      DATABASE_URL = "postgres:///checked-at-start";
    }
    // lib.optionalAttrs (cfg.redis.urlFile != null || cfg.environmentFile != null) {
      REDIS_URL = "redis+unix:///checked-at-start";
    }
    // lib.optionalAttrs (cfg.mail.passwordFile != null) { SMTP_PASS = "checked-at-start"; };

  checked = pkgs.runCommand "safeharbor.env" { } ''
    for verb in serve worker; do
      env -i ${
        lib.escapeShellArgs (lib.mapAttrsToList (name: value: "${name}=${value}") (secrets // all))
      } LISTEN=systemd UPLOAD_DIR="$TMPDIR" \
        ${lib.getExe cfg.package} config --check --for "$verb" || {
        echo "services.safeharbor: these settings do not work, see above" >&2
        exit 1
      }
    done
    cp ${file} $out
  '';

  canRun = pkgs.stdenv.buildPlatform == pkgs.stdenv.hostPlatform;
in
{
  config = lib.mkIf cfg.enable {
    services.safeharbor.environment = lib.mkMerge [
      { PUBLIC_URL = cfg.publicUrl; }
      (lib.mkIf (cfg.ingress != "none") { TRUST_PROXY_HEADERS = "1"; })
      (lib.mkIf (cfg.ingress != "none" && listen ? peer) { TRUSTED_PEERS = listen.peer; })
      # Nobody but this machine is on the way.
      (lib.mkIf (url != null && url.scheme == "http" && url.isThisMachine) { ALLOW_INSECURE_HTTP = "1"; })
      (lib.mkIf (cfg.timeZone != null || config.time.timeZone != null) {
        DEFAULT_TZ = if cfg.timeZone != null then cfg.timeZone else config.time.timeZone;
      })
      (lib.mkIf (cfg.mail.host != null) (
        lib.mapAttrs (_: toString) (
          lib.filterAttrs (_: value: value != null) {
            SMTP_HOST = cfg.mail.host;
            SMTP_PORT = cfg.mail.port;
            SMTP_TLS = cfg.mail.tls;
            SMTP_USER = cfg.mail.user;
            SMTP_FROM = cfg.mail.from;
          }
        )
      ))
    ];

    environment.etc."safeharbor/safeharbor.env".source = if canRun then checked else file;

    systemd.services =
      lib.genAttrs
        [
          "safeharbor"
          "safeharbor-worker"
        ]
        (_: {
          restartTriggers = [ config.environment.etc."safeharbor/safeharbor.env".source ];
        });
  };
}
