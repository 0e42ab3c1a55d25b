# The hop by Tailscale Funnel: tailscaled is nixpkgs', the unit that tells it to publish comes with the package.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.safeharbor;
in
{
  config = lib.mkIf (cfg.enable && cfg.ingress == "tailscale-funnel") {
    services.safeharbor.environment.PROXY_HOP = "tailscale";

    services.tailscale = {
      enable = true;
      authKeyFile = lib.mkIf (cfg.tailscale.authKeyFile != null) (toString cfg.tailscale.authKeyFile);
    };

    systemd.services.safeharbor-tailscale-funnel = {
      wantedBy = [ "safeharbor.target" ];
      stopIfChanged = false;
      path = [ (config.services.tailscale.package or pkgs.tailscale) ];
    };

    # A key that is used up may be gone; one that is there is root's alone.
    systemd.services.tailscaled-autoconnect = lib.mkIf (cfg.tailscale.authKeyFile != null) {
      preStart = ''
        if [ -e ${toString cfg.tailscale.authKeyFile} ]; then
          ${cfg.package}/libexec/safeharbor/check-secrets --file ${toString cfg.tailscale.authKeyFile}
        fi
      '';
    };
  };
}
