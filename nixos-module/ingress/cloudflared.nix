# The hop by a Cloudflare tunnel: by a token, with the unit that comes with the package, or by a credentials file, with
# nixpkgs' services.cloudflared.
{ config, lib, ... }:
let
  cfg = config.services.safeharbor;
  address = import ../address.nix { inherit lib; };
  url = address.publicUrl cfg.publicUrl;
  listen = address.listen cfg.listen;
  tunnel = cfg.cloudflared;
in
{
  config = lib.mkIf (cfg.enable && cfg.ingress == "cloudflared") (
    lib.mkMerge [
      { services.safeharbor.environment.PROXY_HOP = "cloudflared"; }

      (lib.mkIf (tunnel.tokenFile != null) {
        systemd.services.safeharbor-cloudflared = {
          wantedBy = [ "safeharbor.target" ];
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
            tunnels.${tunnel.tunnelId} = {
              credentialsFile = toString tunnel.credentialsFile;
              ingress.${url.host} = "http://${listen.stream}";
              default = "http_status:404";
            };
          };
        }
      )
    ]
  );
}
