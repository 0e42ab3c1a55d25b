# Each secret's file is linked into systemd's credential store, where the units look for it by its name. What a link
# leads to is judged when a unit starts, with a message that names the file.
{
  config,
  lib,
  pkgs,
  utils,
  ...
}:
let
  cfg = config.services.safeharbor;

  files = {
    database_url = cfg.database.urlFile;
    redis_url = cfg.redis.urlFile;
    smtp_pass = cfg.mail.passwordFile;
    tunnel_token = cfg.cloudflared.tokenFile;
    tunnel_credentials = cfg.cloudflared.credentialsFile;
  };

  rule =
    name: file:
    lib.nameValuePair "/run/credstore/safeharbor.${name}" (
      # Without the second, one that is no longer named would count until the next boot.
      if file != null then { "L+".argument = toString file; } else { r = { }; }
    );

  both = {
    # Another path is nothing that a unit says; a new secret at the same path is its owner's to announce.
    restartTriggers = map toString (
      lib.filter (file: file != null) [
        cfg.database.urlFile
        cfg.redis.urlFile
        cfg.mail.passwordFile
      ]
    );
    serviceConfig = lib.mkIf (cfg.environmentFile != null) {
      # The dash leaves it to the check to say that there is none.
      EnvironmentFile = [ "-${toString cfg.environmentFile}" ];
      ExecStartPre = [
        "+${cfg.package}/libexec/safeharbor/check-secrets --file ${utils.escapeSystemdExecArg (toString cfg.environmentFile)}"
      ];
    };
  };
in
{
  config = lib.mkIf cfg.enable {
    systemd.tmpfiles.settings."10-safeharbor" = {
      "/run/credstore".d.mode = "0700";
    }
    // lib.mapAttrs' rule files;

    systemd.services.safeharbor = both;
    systemd.services.safeharbor-worker = both;
  };
}
