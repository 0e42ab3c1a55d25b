{
  imports = [
    ./options.nix
    ./assertions.nix
    ./service.nix
    ./settings.nix
    ./secrets.nix
    ./database.nix
    ./network.nix
    ./ingress/caddy.nix
    ./ingress/cloudflared.nix
    ./ingress/tailscale-funnel.nix
  ];
}
