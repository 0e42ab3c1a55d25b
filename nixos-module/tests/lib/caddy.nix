# A server behind Caddy with its own authority, for tests that are not about the hop.
{
  services.safeharbor = {
    ingress = "caddy";
    caddy.extraConfig = "tls internal";
  };
}
