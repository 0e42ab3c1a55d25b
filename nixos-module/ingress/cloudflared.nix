# The hop by a Cloudflare tunnel: by a token, with the unit that comes with the package, or by a credentials file, with
# nixpkgs' services.cloudflared.
{ config, lib, ... }:
let
  cfg = config.services.safeharbor;
  address = import ../address.nix { inherit lib; };
  url = address.publicUrl cfg.publicUrl;
  listen = address.listen cfg.listen;
  tunnel = cfg.cloudflared;
  declared = "cloudflared-tunnel-${tunnel.tunnelId}";
  certificates = lib.filter (file: file != null) [
    (config.services.cloudflared.tunnels.${tunnel.tunnelId}.certificateFile or null)
    (config.services.cloudflared.certificateFile or null)
  ];
in
{
  config = lib.mkIf (cfg.enable && cfg.ingress == "cloudflared") (
    lib.mkMerge [
      { services.safeharbor.environment.PROXY_HOP = "cloudflared"; }

      (lib.mkIf (tunnel.tokenFile != null) {
        systemd.services.safeharbor-cloudflared = {
          wantedBy = [ "safeharbor.target" ];
          # An update restarts it too: the tunnel is away for no longer than that takes.
          stopIfChanged = false;
          restartTriggers = [ (toString tunnel.tokenFile) ];
          serviceConfig.ExecStart = [
            ""
            "${lib.getExe tunnel.package} tunnel --no-autoupdate run --token-file %d/token"
          ];
        };
      })

      (lib.mkIf
        (tunnel.tunnelId != null && tunnel.credentialsFile != null && url != null && listen != null)
        {
          services.cloudflared = {
            enable = true;
            package = lib.mkDefault tunnel.package;
            tunnels.${tunnel.tunnelId} = {
              credentialsFile = toString tunnel.credentialsFile;
              ingress.${url.host} = "http://${listen.stream}";
              default = "http_status:404";
            };
          };
          systemd.services.${declared} = {
            stopIfChanged = false;
            restartTriggers = [ (toString tunnel.credentialsFile) ];
            # As with a token: however often a start fails, the next one is tried.
            startLimitIntervalSec = 0;
            serviceConfig = {
              RestartSec = 5;
              # By its path systemd would fail before the check, and not say which file it looked for.
              LoadCredential = lib.mkForce (
                [ "credentials.json:safeharbor.tunnel_credentials" ]
                ++ map (file: "cert.pem:${toString file}") (lib.take 1 certificates)
              );
              ExecStartPre = [
                "+${cfg.package}/libexec/safeharbor/check-secrets --required tunnel_credentials"
              ];
            };
          };
        }
      )
    ]
  );
}
