# The listener is the socket unit's: the first request starts the service, and neither a restart nor a new
# configuration costs a request.
{ lib, pkgs, ... }:
let
  shared = import ./lib { inherit lib pkgs; };
in
{
  name = "socket-activation";

  nodes.client = shared.client { };
  nodes.server.imports = [
    shared.server
    ./lib/caddy.nix
    (shared.systems {
      changed.services.safeharbor.settings.LOG_LEVEL = "debug";
      moved.services.safeharbor.listen = "127.0.0.1:9000";
    })
  ];

  testScript =
    { nodes, ... }:
    shared.script
    + ''
      start_all()
      server.wait_for_unit("safeharbor.service", timeout=120)
      server.wait_for_unit("caddy.service", timeout=60)
      authority = trust_caddy(server, client)
      reach = "${nodes.server.networking.primaryIPAddress}:443"
      system = server.succeed("readlink -f /run/current-system").strip()
      changed, moved = (
          server.succeed(f"readlink -f /etc/safeharbor-test/systems/{name}").strip() for name in ("changed", "moved")
      )


      def load(name):
          options = f"--connect {reach} --ca {authority}"
          return Load(client, LOAD, "${shared.publicUrl}", ["/livez", "/setup"], options, name=name)


      def show(unit, what):
          return server.succeed(f"systemctl show -P {what} {unit}").strip()


      with load("warm"):
          pass

      with subtest("the first request starts the service"):
          server.succeed("systemctl stop safeharbor.service")
          assert show("safeharbor.socket", "ActiveState") == "active"
          server.succeed("curl -fsS --max-time 60 http://127.0.0.1:8000/livez")
          # /livez answers while Postgres is still waited for.
          server.wait_for_unit("safeharbor.service", timeout=60)

      opened = show("safeharbor.socket", "ActiveEnterTimestampMonotonic")

      with subtest("restarts under load lose no request"):
          with load("restart"):
              for _ in range(5):
                  before = show("safeharbor.service", "MainPID")
                  server.succeed("systemctl restart safeharbor.service")
                  assert show("safeharbor.service", "MainPID") != before

      with subtest("a switch to a changed configuration under load loses none either"):
          before = show("safeharbor.service", "MainPID")
          with load("switch"):
              print(switch(server, changed))
          assert show("safeharbor.service", "MainPID") != before, "the change took no effect"
          assert "debug" in server.succeed("safeharbor-admin config"), "the change is not in force"
          with load("switch-back"):
              print(switch(server, system))

      with subtest("all the while the listener stayed open"):
          assert show("safeharbor.socket", "ActiveEnterTimestampMonotonic") == opened
          assert show("safeharbor.socket", "NRefused") == "0"

      with subtest("a changed address takes effect with the switch"):
          print(switch(server, moved))
          server.wait_until_succeeds("curl -fsS http://127.0.0.1:9000/livez", timeout=30)
          server.fail("curl -fsS --max-time 5 http://127.0.0.1:8000/livez")
          print(switch(server, system))
          server.wait_until_succeeds("curl -fsS http://127.0.0.1:8000/livez", timeout=30)
          server.fail("curl -fsS --max-time 5 http://127.0.0.1:9000/livez")

      with subtest("stopping the target stops all of it"):
          server.succeed("systemctl stop safeharbor.target")
          for unit in ("safeharbor.socket", "safeharbor.service", "safeharbor-worker.service"):
              assert show(unit, "ActiveState") == "inactive", unit
          server.succeed("systemctl start safeharbor.target")
          server.succeed("curl -fsS --max-time 60 http://127.0.0.1:8000/livez")
    '';
}
