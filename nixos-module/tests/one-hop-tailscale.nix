# The one-hop contract through Tailscale Funnel, played by a stand-in that writes the same headers.
{
  lib,
  pkgs,
  hostPkgs,
  ...
}:
let
  shared = import ./lib { inherit lib pkgs; };
  host = "reef.tail0123.ts.net";
  tailnet = {
    dns_name = host;
    certificate = "${shared.certificate host}/crt";
    key = "${shared.certificate host}/key";
  };
in
{
  name = "one-hop-tailscale";

  node.pkgs = hostPkgs.extend (_final: _prev: { inherit (shared) tailscale; });

  nodes.client = shared.client { inherit host; };
  nodes.server = {
    imports = [ shared.server ];
    # services.tailscale does this too; older ones start the daemon under another name.
    systemd.packages = [ shared.tailscale ];
    systemd.services.tailscale.enable = false;
    environment.systemPackages = [ shared.tailscale ];
    services.safeharbor = {
      publicUrl = "https://${host}";
      ingress = "tailscale-funnel";
    };
    # Written by the test: what the tailnet's admin console says changes.
    systemd.tmpfiles.settings."05-test"."/etc/tailscale-stand-in.json"."f+".argument =
      builtins.toJSON tailnet;
  };

  testScript =
    { nodes, ... }:
    shared.script
    + ''
      import json as tailnet_json

      tailnet = tailnet_json.loads("""${builtins.toJSON tailnet}""")


      def console(funnel):
          text = tailnet_json.dumps({**tailnet, "funnel": funnel})
          server.succeed(f"printf '%s' '{text}' >/etc/tailscale-stand-in.json")


      start_all()
      server.wait_for_unit("safeharbor.service", timeout=120)
      server.wait_for_unit("safeharbor-tailscale-funnel.service", timeout=120)
      server_ip = "${nodes.server.networking.primaryIPAddress}"
      contract = Contract(
          server=server,
          client=client,
          hop="tailscale",
          public="https://${host}",
          reach=f"--cacert {CA} --connect-to ::{server_ip}:",
          visitor="${nodes.client.networking.primaryIPAddress}",
          address=server_ip,
          mails=MAILS,
      )
      contract.run_all()

      with subtest("stopped, nothing is published; started, it is again"):
          server.succeed("systemctl stop safeharbor-tailscale-funnel.service")
          assert server.succeed("tailscale funnel status --json").strip() == "{}"
          client.fail(contract.through.curl("/livez"))
          server.succeed("systemctl start safeharbor-tailscale-funnel.service")
          client.succeed(contract.through.curl("/livez", "--fail"))

      with subtest("without the capability the unit fails and says what to do"):
          for funnel, said in (("ask", "attribute funnel"), ("tailnet", "published in the tailnet only")):
              console(funnel)
              server.succeed("systemctl stop safeharbor-tailscale-funnel.service")
              since = server.succeed("date +%s").strip()
              server.fail("timeout 30 systemctl start safeharbor-tailscale-funnel.service")
              server.wait_until_succeeds(
                  f"journalctl --no-pager -u safeharbor-tailscale-funnel.service --since @{since} | grep -F '{said}'",
                  timeout=30,
              )
          console("allowed")
          # It tries again by itself.
          server.wait_for_unit("safeharbor-tailscale-funnel.service", timeout=60)
          client.succeed(contract.through.curl("/livez", "--fail"))
    '';
}
