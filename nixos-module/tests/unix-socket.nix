# The listener as a unix socket that only the hop's group may open.
{ lib, pkgs, ... }:
let
  shared = import ./lib { inherit lib pkgs; };
in
{
  name = "unix-socket";

  nodes.client = shared.client { };
  nodes.server = {
    imports = [ shared.server ];
    services.safeharbor = {
      ingress = "caddy";
      listen = "unix:/run/safeharbor/http.sock";
      caddy.extraConfig = "tls internal";
    };
    services.caddy.virtualHosts."https://".extraConfig = ''
      tls internal
      reverse_proxy unix//run/safeharbor/http.sock
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
      reach = f"--cacert {authority} --connect-to ::{server_ip}:"
      client.wait_until_succeeds(f"curl -fsS {reach} ${shared.publicUrl}/livez", timeout=60)

      Contract(
          server=server,
          client=client,
          hop="caddy",
          public="${shared.publicUrl}",
          reach=reach,
          visitor="${nodes.client.networking.primaryIPAddress}",
          direct="unix:/run/safeharbor/http.sock",
          address=server_ip,
          plain="http://${shared.publicHost}",
          plain_by="hop",
          mails=MAILS,
      ).run_all()

      with subtest("the socket is the hop's group's, and doctor says which of the two ways is in force"):
          owner = server.succeed("stat -c '%U %G %a' /run/safeharbor/http.sock").strip()
          assert owner == "safeharbor caddy 660", owner
          _, report = server.execute("safeharbor-admin doctor")
          assert "through a unix socket: whoever may open it is the hop" in report, report
          assert "FAIL" not in report, report

      with subtest("nothing of it listens on any port"):
          server.fail("ss -Hltn 'sport = :8000' | grep .")
    '';
}
