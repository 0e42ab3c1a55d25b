# The hop by Caddy, which gets its certificate itself.
{ config, lib, ... }:
let
  cfg = config.services.safeharbor;
  address = import ../address.nix { inherit lib; };
  url = address.publicUrl cfg.publicUrl;
  listen = address.listen cfg.listen;
  upstream = if listen.kind == "unix" then "unix/${listen.stream}" else listen.stream;
  # A site without a scheme is https; its name is what others may add to in services.caddy.virtualHosts.
  site =
    lib.optionalString (url.scheme == "http") "http://"
    + url.host
    + lib.optionalString (url.port != null) ":${url.port}";
in
{
  config = lib.mkIf (cfg.enable && cfg.ingress == "caddy" && url != null && listen != null) {
    services.safeharbor = {
      environment.PROXY_HOP = "caddy";
      listenGroup = lib.mkDefault config.services.caddy.group;
    };

    services.caddy = {
      enable = true;
      email = lib.mkIf (cfg.caddy.email != null) cfg.caddy.email;
      openFirewall = lib.mkIf cfg.openFirewall true;
      virtualHosts.${site}.extraConfig = ''
        reverse_proxy ${upstream}
        ${cfg.caddy.extraConfig}
      '';
    };

    # services.caddy.openFirewall knows the two usual ports only.
    networking.firewall.allowedTCPPorts = lib.mkIf (cfg.openFirewall && url.port != null) [
      (lib.toInt url.port)
    ];
  };
}
