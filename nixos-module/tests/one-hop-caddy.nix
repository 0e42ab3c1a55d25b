# The one-hop contract through Caddy with a certificate of its own authority.
{ lib, pkgs, ... }:
let
  shared = import ./lib { inherit lib pkgs; };
in
{
  name = "one-hop-caddy";

  nodes.client = shared.client { };
  nodes.server = {
    imports = [ shared.server ];
    services.safeharbor = {
      ingress = "caddy";
      caddy.extraConfig = "tls internal";
    };
    # Every other host goes on to the app, so that its refusal can be seen.
    services.caddy.virtualHosts."https://".extraConfig = ''
      tls internal
      reverse_proxy 127.0.0.1:8000
    '';
  };

  testScript =
    { nodes, ... }:
    shared.script
    + ''
      start_all()
      server.wait_for_unit("safeharbor.service", timeout=120)
      server.wait_for_unit("caddy.service", timeout=120)
      server_ip = "${nodes.server.networking.primaryIPAddress}"
      authority = trust_caddy(server, client)
      client.wait_until_succeeds(
          f"curl -fsS --cacert {authority} --connect-to ::{server_ip}: ${shared.publicUrl}/livez", timeout=60
      )

      Contract(
          server=server,
          client=client,
          hop="caddy",
          public="${shared.publicUrl}",
          reach=f"--cacert {authority} --connect-to ::{server_ip}:",
          visitor="${nodes.client.networking.primaryIPAddress}",
          address=server_ip,
          plain="http://${shared.publicHost}",
          plain_by="hop",
          mails=MAILS,
      ).run_all()
    '';
}
