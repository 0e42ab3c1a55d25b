# An update and its rollback: the same data, under load, and no request lost. The next release is played by this one
# under another name, with a schema that has been expanded.
{ lib, pkgs, ... }:
let
  shared = import ./lib { inherit lib pkgs; };
in
{
  name = "rollback";

  nodes.client = shared.client { };
  nodes.server =
    { config, lib, ... }:
    let
      present = config.services.safeharbor.package;
      # What names its own place has to name the new one.
      next = pkgs.runCommand "safeharbor-next" { meta.mainProgram = "safeharbor"; } ''
        cp -r --no-preserve=mode ${present} $out
        chmod -R +x $out/bin $out/libexec
        rm $out/bin/safeharbor
        install -m 755 ${lib.getExe present} $out/bin/safeharbor
        grep -rlF --exclude=safeharbor ${present} $out | while read -r file; do
          sed -i "s|${present}|$out|g" "$file"
        done
      '';
    in
    {
      imports = [
        shared.server
        ./lib/caddy.nix
        (shared.systems { next.services.safeharbor.package = lib.mkForce next; })
      ];
    };

  testScript =
    { nodes, ... }:
    shared.script
    + ''
      start_all()
      server.wait_for_unit("safeharbor.service", timeout=120)
      server.wait_for_unit("safeharbor-worker.service", timeout=60)
      server.wait_for_unit("caddy.service", timeout=60)
      authority = trust_caddy(server, client)
      server_ip = "${nodes.server.networking.primaryIPAddress}"
      present = server.succeed("readlink -f /run/current-system").strip()
      following = server.succeed("readlink -f /etc/safeharbor-test/systems/next").strip()
      contract = Contract(
          server=server,
          client=client,
          hop="caddy",
          public="${shared.publicUrl}",
          reach=f"--cacert {authority} --connect-to ::{server_ip}:",
      )
      client.wait_until_succeeds(contract.through.curl("/livez", "--fail"), timeout=60)
      cookie = header_option("Cookie", contract.cookies().encode())


      def running():
          return {
              unit: server.succeed(f"readlink -f /proc/$(systemctl show -P MainPID {unit})/exe").strip()
              for unit in ("safeharbor.service", "safeharbor-worker.service")
          }


      def load(name):
          options = f"--connect {server_ip}:443 --ca {authority}"
          return Load(client, LOAD, "${shared.publicUrl}", ["/livez", "/sign-in"], options, name=name)


      before = running()

      with subtest("the update"):
          with load("update"):
              print(switch(server, following))
          server.wait_for_unit("safeharbor.service", timeout=60)
          after = running()
          for unit, program in after.items():
              assert "safeharbor-next" in program, f"{unit} still runs {program}"
          assert contract.through.ask("/tanks", options=cookie).status == 200, "the session is gone"
          # The next release adds a table, and says that the present one can still use the schema.
          server.succeed(
              "runuser -u safeharbor -- psql -q -v ON_ERROR_STOP=1 -d safeharbor -c"
              " 'create table from_the_next_release (id bigint primary key);"
              " insert into _sqlx_migrations (version, description, success, checksum, execution_time)"
              " values (99991231000000, $$next$$, true, $$x$$, 1)'"
          )

      with subtest("the rollback"):
          with load("rollback"):
              print(switch(server, present))
          server.wait_for_unit("safeharbor.service", timeout=60)
          assert running() == before, "the rollback took no effect"
          assert contract.through.ask("/tanks", options=cookie).status == 200, "the session is gone"
          assert contract.through.ask("/healthz").json()["status"] == "ok"
          contract.sign_in()
          server.succeed("runuser -u safeharbor -- psql -d safeharbor -c 'table from_the_next_release'")

      with subtest("a schema that says it is too new for this release stops it with a message"):
          server.succeed(
              "runuser -u safeharbor -- psql -q -d safeharbor -c"
              " \"update schema_compatibility set oldest_binary = '999.0.0'\""
          )
          server.fail("timeout 30 systemctl restart safeharbor.service")
          server.wait_until_succeeds(
              "systemctl show -P StatusText safeharbor.service | grep 'needs at least 999.0.0'", timeout=30
          )
          assert server.succeed("systemctl show -P ActiveState safeharbor.socket").strip() == "active"
    '';
}
