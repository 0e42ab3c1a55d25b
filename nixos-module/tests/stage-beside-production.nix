# The rehearsal beside a running install: ports, state and database of its own, and the install does not notice.
{ lib, pkgs, ... }:
let
  shared = import ./lib { inherit lib pkgs; };
in
{
  name = "stage-beside-production";

  nodes.machine =
    { config, ... }:
    {
      imports = [ shared.server ];
      services.safeharbor.publicUrl = "http://localhost:8000";
      environment.systemPackages = [ (shared.stage config.services.safeharbor.package) ];
      users.users.keeper.isNormalUser = true;
      virtualisation.memorySize = 2048;
    };

  testScript = shared.script + ''
    machine.wait_for_unit("safeharbor.service", timeout=120)
    machine.wait_for_unit("safeharbor-worker.service", timeout=60)
    contract = Contract(server=machine, client=machine, hop="none", public="http://localhost:8000")
    contract.through = Way(machine, "http://localhost:8000")
    cookie = header_option("Cookie", contract.cookies().encode())
    UNITS = "safeharbor.service safeharbor-worker.service postgresql.service redis-safeharbor.service"


    def production():
        tables = "keepers", "jobs", "tanks"
        counts = [
            machine.succeed(f"runuser -u safeharbor -- psql -tA -d safeharbor -c 'select count(*) from {table}'")
            for table in tables
        ]
        return [
            machine.succeed(f"systemctl show -P MainPID {UNITS}"),
            machine.succeed("ss -Hltn | sort"),
            machine.succeed("find /var/lib/safeharbor -printf '%p %s\n' | sort"),
            counts,
        ]


    machine.wait_until_succeeds(f"test -n \"$({MAILS})\"", timeout=75)
    before = production()
    with Load(machine, LOAD, "http://localhost:8000", ["/livez", "/sign-in"], "--clients 2", name="beside"):
        rehearse(machine, "runuser -l keeper -c")
    after = production()
    assert after == before, f"the install is not what it was: {before} became {after}"
    assert contract.through.ask("/tanks", options=cookie).status == 200
  '';
}
