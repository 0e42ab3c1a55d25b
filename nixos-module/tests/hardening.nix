# What the units may do, seen from inside of their sandboxes: the web process reaches nothing, the worker can.
{ lib, pkgs, ... }:
let
  shared = import ./lib { inherit lib pkgs; };
  python = lib.getExe pkgs.python3;
  # Runs where the service would, before it.
  probe = unit: {
    systemd.services.${unit}.serviceConfig.ExecStartPre = [
      "${python} ${./lib/egress.py} %S/safeharbor/egress-%p.json"
    ];
  };
in
{
  name = "hardening";

  nodes.client = {
    imports = [ (shared.client { }) ];
    networking.firewall.enable = false;
    systemd.services.outside = {
      wantedBy = [ "multi-user.target" ];
      serviceConfig.ExecStart = "${python} -m http.server --bind 0.0.0.0 9999";
      serviceConfig.DynamicUser = true;
    };
  };

  nodes.server =
    { nodes, ... }:
    {
      imports = [
        shared.server
        ./lib/caddy.nix
        (probe "safeharbor")
        (probe "safeharbor-worker")
      ];
      environment.etc."safeharbor-test/outside".text = nodes.client.networking.primaryIPAddress;
    };

  testScript = shared.script + ''
    import json as report_json

    start_all()
    client.wait_for_unit("outside.service", timeout=60)
    server.wait_for_unit("safeharbor.service", timeout=120)
    server.wait_for_unit("safeharbor-worker.service", timeout=60)
    server.wait_until_succeeds("curl -fsS http://$(cat /etc/safeharbor-test/outside):9999/", timeout=60)
    server.succeed("systemctl restart safeharbor.service safeharbor-worker.service")

    with subtest("exposure scores"):
        for unit, most in (
            ("safeharbor.service", 0.3),
            ("safeharbor-worker.service", 1.2),
        ):
            text = server.succeed(f"systemd-analyze security --no-pager {unit} | grep 'Overall exposure'")
            score = float(text.split(":")[1].split()[0])
            print(f"{unit}: {score}")
            assert score <= most, f"{unit}: {score}, more than {most}"

    with subtest("the web process cannot open any connection outward, the worker can"):
        read = lambda unit: report_json.loads(server.succeed(f"cat /var/lib/safeharbor/egress-{unit}.json"))
        web, worker = read("safeharbor"), read("safeharbor-worker")
        print(f"web: {web}\nworker: {worker}")
        assert worker["other host"] == "connected" and worker["mail on loopback"] == "connected", worker
        for way, came in web.items():
            allowed = way == "postgres"
            assert (came == "connected") == allowed, f"web, {way}: {came}"

    with subtest("what the kernel says of the processes"):
        for unit in ("safeharbor.service", "safeharbor-worker.service"):
            pid = server.succeed(f"systemctl show -P MainPID {unit}").strip()
            status = server.succeed(f"cat /proc/{pid}/status")
            for line in ("NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000"):
                assert line in status, f"{unit}: {line} is not so"
            owner = server.succeed(f"stat -c %U /proc/{pid}").strip()
            assert owner == "safeharbor", f"{unit} runs as {owner}"
            limits = server.succeed(f"grep 'Max core file size' /proc/{pid}/limits").split()
            assert limits[4:6] == ["0", "0"], limits

    with subtest("its files are its own"):
        assert server.succeed("stat -c '%U %a' /var/lib/safeharbor").strip() == "safeharbor 700"
        server.fail("runuser -u nobody -- ls /var/lib/safeharbor")
        server.fail("runuser -u nobody -- curl -fsS --unix-socket /run/safeharbor/metrics.sock http://x/metrics")
  '';
}
