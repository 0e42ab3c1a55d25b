# The rehearsal on a machine that has nothing of Safe Harbor: every probe passes, and nothing is left behind.
{ lib, pkgs, ... }:
let
  shared = import ./lib { inherit lib pkgs; };
in
{
  name = "stage";

  nodes.machine =
    { config, ... }:
    {
      # Not enabled: the program alone.
      environment.systemPackages = [ (shared.stage config.services.safeharbor.package) ];
      users.users.keeper.isNormalUser = true;
      virtualisation.memorySize = 2048;
    };

  testScript = shared.script + ''
    machine.wait_for_unit("multi-user.target", timeout=120)
    ports = machine.succeed("ss -Hltn | sort")

    with subtest("as an ordinary user"):
        rehearse(machine, "runuser -l keeper -c")
        machine.fail("find /home/keeper -name '*safeharbor*' | grep .")

    with subtest("as root, whom Postgres refuses, it says what to do and leaves nothing"):
        status, said = machine.execute("safeharbor-stage --once 2>&1")
        assert status == 2 and "run it as an ordinary user" in said, f"{status}: {said}"
        machine.fail("find /tmp /root /var/lib -name '*safeharbor*' | grep .")

    assert machine.succeed("ss -Hltn | sort") == ports, "something still listens"
  '';
}
