# `enable = true` alone: a whole install for this machine and for nobody else.
{ lib, pkgs, ... }:
let
  shared = import ./lib { inherit lib pkgs; };
in
{
  name = "minimal";

  nodes.client = shared.client { };
  nodes.machine = {
    services.safeharbor.enable = true;
    networking.firewall.enable = false;
    environment.systemPackages = [ pkgs.curl ];
  };

  testScript =
    { nodes, ... }:
    shared.script
    + ''
      start_all()
      machine.wait_for_unit("safeharbor.service", timeout=120)
      machine.wait_for_unit("safeharbor-worker.service", timeout=60)
      machine.succeed("systemctl is-active safeharbor.socket safeharbor-metrics.socket")
      machine.wait_until_succeeds("curl -fsS http://127.0.0.1:8000/healthz | grep '\"ok\"'", timeout=60)

      contract = Contract(
          server=machine,
          client=client,
          hop="none",
          public="http://localhost:8000",
          address="${nodes.machine.networking.primaryIPAddress}",
      )

      with subtest("no other host gets in, although nothing filters"):
          print(contract.C21())
          others = machine.succeed("ss -Hltn 'sport = :8000'").split()[3::5]
          assert others == ["127.0.0.1:8000"], others

      with subtest("pages are for this machine's own address"):
          local = Way(machine, "http://localhost:8000")
          assert local.ask("/setup").status == 200
          wrong = local.ask("/setup", host="reef.example.org")
          assert wrong.status == 421 and "http://localhost:8000" in wrong.body, wrong.status

      with subtest("nobody's forwarded headers are believed"):
          answer = contract.answer(local, [("X-Forwarded-For", b"1.2.3.4"), ("X-Forwarded-Proto", b"https")])
          assert answer["addr"] == "127.0.0.1" and not answer["trusted"], answer

      with subtest("the owner is set up, and found again after a boot"):
          contract.through = local
          contract.sign_in()
          machine.reboot()
          machine.wait_for_unit("safeharbor.service", timeout=120)
          assert local.ask("/setup").status == 303, "the owner is gone"
          contract.sign_in()

      with subtest("the admin's command runs as the service does"):
          _, report = machine.execute("safeharbor-admin doctor")
          assert "FAIL" not in report, report
          machine.succeed("safeharbor-admin config | grep -F http://localhost:8000")
          machine.fail("runuser -u nobody -- safeharbor-admin doctor")
    '';
}
