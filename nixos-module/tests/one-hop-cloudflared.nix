# The one-hop contract through a Cloudflare tunnel: once managed in the dashboard, with a token, and once managed here.
# Edge and cloudflared are played by a stand-in that writes the same headers.
{ lib, pkgs, ... }:
let
  shared = import ./lib { inherit lib pkgs; };
  tunnel = shared.tunnel.id;
  edge = {
    listen = "0.0.0.0:8443";
    listen_plain = "0.0.0.0:8080";
    certificate = "${shared.certificate shared.publicHost}/crt";
    key = "${shared.certificate shared.publicHost}/key";
  };
  tokenFile = "/run/secrets/tunnel-token";
  credentialsFile = "/run/secrets/tunnel.json";

  server = settings: {
    imports = [ shared.server ];
    services.safeharbor.ingress = "cloudflared";
    environment.etc."cloudflared-stand-in.json".text = builtins.toJSON (edge // settings);
  };
in
{
  name = "one-hop-cloudflared";

  nodes.client = shared.client { };

  nodes.dashboard = {
    imports = [
      (server {
        hostname = shared.publicHost;
        service = "http://127.0.0.1:8000";
        # The dashboard may send every host of a zone here; the app refuses the others.
        catch_all = true;
      })
      (shared.secret tokenFile shared.tunnel.token)
    ];
    services.safeharbor.cloudflared = {
      package = shared.cloudflared;
      inherit tokenFile;
    };
  };

  nodes.declared = {
    imports = [
      (server { })
      (shared.secret credentialsFile (
        builtins.toJSON {
          AccountTag = "account";
          TunnelID = tunnel;
          TunnelSecret = "c2VjcmV0";
        }
      ))
    ];
    services.safeharbor.cloudflared = {
      package = shared.cloudflared;
      tunnelId = tunnel;
      inherit credentialsFile;
    };
  };

  testScript =
    { nodes, ... }:
    shared.script
    + ''
      start_all()
      dashboard.wait_for_unit("safeharbor.service", timeout=120)
      dashboard.wait_for_unit("safeharbor-cloudflared.service", timeout=120)
      declared.wait_for_unit("safeharbor.service", timeout=120)
      declared.wait_for_unit("cloudflared-tunnel-${tunnel}.service", timeout=120)


      def contract(server, address, other_hosts):
          return Contract(
              server=server,
              client=client,
              hop="cloudflared",
              public="${shared.publicUrl}",
              reach=f"--cacert {CA} --connect-to :443:{address}:8443 --connect-to :80:{address}:8080",
              visitor="${nodes.client.networking.primaryIPAddress}",
              address=address,
              plain="http://${shared.publicHost}",
              other_hosts=other_hosts,
              mails=MAILS,
          )


      with subtest("a tunnel that the dashboard manages"):
          contract(dashboard, "${nodes.dashboard.networking.primaryIPAddress}", "app").run_all()

      with subtest("a tunnel that is declared here passes the public host on and nothing else"):
          contract(declared, "${nodes.declared.networking.primaryIPAddress}", "hop").run_all(unavailable=False)

      with subtest("so are credentials that everybody can read, or that are missing"):
          unit = "cloudflared-tunnel-${tunnel}.service"
          declared.succeed("cp -p ${credentialsFile} /root/credentials")
          for spoil, said in (
              ("chmod 0644 ${credentialsFile}", "everyone on this machine can read ${credentialsFile}"),
              ("rm ${credentialsFile}", "${credentialsFile} does not exist"),
          ):
              since = declared.succeed("date +%s").strip()
              declared.succeed(spoil)
              declared.fail(f"timeout 30 systemctl restart {unit}")
              declared.wait_until_succeeds(
                  f"journalctl --no-pager -u {unit} --since @{since} | grep -F '{said}'", timeout=30
              )
          declared.succeed("cp -p /root/credentials ${credentialsFile}")
          declared.wait_for_unit(unit, timeout=60)

      with subtest("a wrong token, and one that everybody can read, are told of and refused"):
          dashboard.succeed("cp -p ${tokenFile} /root/token")
          for spoil, said in (
              ("chmod 0644 ${tokenFile}", "everyone on this machine can read ${tokenFile}"),
              ("rm ${tokenFile}", "${tokenFile} does not exist"),
              ("install -m 0600 /dev/null ${tokenFile}", "${tokenFile} is empty"),
              ("printf nonsense >${tokenFile}", "Provided Tunnel token is not valid"),
          ):
              since = dashboard.succeed("date +%s").strip()
              dashboard.succeed(spoil)
              dashboard.fail("timeout 30 systemctl restart safeharbor-cloudflared.service")
              dashboard.wait_until_succeeds(
                  f"journalctl --no-pager -u safeharbor-cloudflared.service --since @{since} | grep -F '{said}'",
                  timeout=30,
              )
              # The pages do not depend on the hop.
              dashboard.succeed("curl -fsS http://127.0.0.1:8000/livez")
          dashboard.succeed("cp -p /root/token ${tokenFile}")
          # It tries again by itself.
          dashboard.wait_for_unit("safeharbor-cloudflared.service", timeout=60)
    '';
}
