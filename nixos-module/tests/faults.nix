# What breaks on a real machine, and that it heals: each cause is named where the owner looks for it.
{ lib, pkgs, ... }:
let
  shared = import ./lib { inherit lib pkgs; };
  extra = "/run/secrets/extra.env";
in
{
  name = "faults";

  nodes.machine =
    { lib, ... }:
    {
      imports = [
        shared.server
        (shared.secret extra "LOG_LEVEL=info")
      ];
      services.safeharbor = {
        publicUrl = "http://localhost:8000";
        environmentFile = extra;
      };
      # For a boot at which Postgres does not come up.
      systemd.services.postgresql.unitConfig.ConditionPathExists = "!/var/lib/no-postgres";
    };

  testScript = shared.script + ''
    machine.start()
    machine.wait_for_unit("safeharbor.service", timeout=120)
    machine.wait_for_unit("safeharbor-worker.service", timeout=60)

    local = Way(machine, "http://localhost:8000")
    contract = Contract(server=machine, client=machine, hop="none", public="http://localhost:8000")
    contract.through = local
    cookie = header_option("Cookie", contract.cookies().encode())


    def show(unit, what):
        return machine.succeed(f"systemctl show -P {what} {unit}").strip()


    def well(timeout=60):
        machine.wait_until_succeeds("curl -fsS http://127.0.0.1:8000/healthz | grep '\"ok\"'", timeout=timeout)
        page = local.ask("/tanks", options=cookie)
        assert page.status == 200, f"/tanks answers {page.status}"


    def says(unit, text, since):
        machine.wait_until_succeeds(
            f"journalctl --no-pager -u {unit} --since @{since} | grep -F '{text}'", timeout=90
        )


    def mails():
        return machine.succeed(MAILS).count("\n")


    def now():
        return machine.succeed("date +%s").strip()


    well()

    with subtest("Postgres stopped and started: 503 meanwhile, and the same process afterwards"):
        pid = show("safeharbor.service", "MainPID")
        machine.succeed("systemctl stop postgresql.service")
        page, health = local.ask("/tanks", options=cookie), local.ask("/healthz")
        assert (page.status, health.status) == (503, 503), (page.status, health.status)
        assert page.header("retry-after"), "503 without Retry-After"
        assert local.ask("/livez").status == 200
        machine.succeed("systemctl start postgresql.service")
        well()
        machine.succeed("systemctl restart postgresql.service")
        well()
        assert show("safeharbor.service", "MainPID") == pid, "the pages' process was replaced"

    with subtest("Redis stopped: pages work and jobs are done"):
        machine.succeed("systemctl stop redis-safeharbor.service")
        machine.wait_until_succeeds("curl -fsS http://127.0.0.1:8000/healthz | grep '\"degraded\"'", timeout=30)
        assert local.ask("/tanks", options=cookie).status == 200
        sent = mails()
        machine.succeed("safeharbor-admin admin test-mail somebody@example.org")
        machine.wait_until_succeeds(f"test $({MAILS} | wc -l) -gt {sent}", timeout=75)
        machine.succeed("systemctl start redis-safeharbor.service")
        well()

    with subtest("a killed process is replaced, and the listener stays"):
        opened = show("safeharbor.socket", "ActiveEnterTimestampMonotonic")
        for unit in ("safeharbor.service", "safeharbor-worker.service"):
            pid = show(unit, "MainPID")
            machine.succeed(f"kill -KILL {pid}")
            machine.wait_until_succeeds(
                f"test $(systemctl show -P MainPID {unit}) -gt 1 -a $(systemctl show -P MainPID {unit}) -ne {pid}",
                timeout=30,
            )
            machine.wait_for_unit(unit, timeout=60)
        well()
        assert show("safeharbor.socket", "ActiveEnterTimestampMonotonic") == opened

    with subtest("a process that hangs is noticed by the watchdog"):
        units = ("safeharbor.service", "safeharbor-worker.service")
        hung = {unit: show(unit, "MainPID") for unit in units}
        since = now()
        for pid in hung.values():
            machine.succeed(f"kill -STOP {pid}")
        for unit, pid in hung.items():
            says(unit, "Watchdog timeout", since)
            machine.wait_for_unit(unit, timeout=60)
            assert show(unit, "MainPID") not in ("0", pid)
        well()

    with subtest("the port is taken: the socket unit says so, and comes up once it is free"):
        machine.succeed("systemctl stop safeharbor.socket safeharbor.service")
        machine.succeed(
            "systemd-run --quiet --collect --unit=squatter --socket-property=ListenStream=127.0.0.1:8000"
            " /bin/sh -c 'exec sleep 600'"
        )
        since = now()
        machine.fail("systemctl start safeharbor.socket")
        says("safeharbor.socket", "Address already in use", since)
        machine.succeed("systemctl stop squatter.socket", "systemctl start safeharbor.socket")
        well()

    with subtest("a secret that everybody can read, that is missing or that is empty stops the start with its name"):
        opened = show("safeharbor.socket", "ActiveEnterTimestampMonotonic")
        for spoil, said, mend in (
            ("chmod 0644 ${extra}", "everyone on this machine can read ${extra}", "chmod 0600 ${extra}"),
            ("mv ${extra} ${extra}.away", "${extra} does not exist", "mv ${extra}.away ${extra}"),
            (
                "mv ${extra} ${extra}.away && install -m 0600 /dev/null ${extra}",
                "${extra} is empty",
                "mv ${extra}.away ${extra}",
            ),
        ):
            since = now()
            machine.succeed(spoil)
            machine.fail("timeout 30 systemctl restart safeharbor.service")
            says("safeharbor.service", said, since)
            machine.succeed(mend)
            # Nobody does anything: it tries again by itself.
            machine.wait_for_unit("safeharbor.service", timeout=30)
            well()
        assert show("safeharbor.socket", "ActiveEnterTimestampMonotonic") == opened, "the listener was closed"

    with subtest("a setting that cannot be used is named in the status line"):
        since = now()
        machine.succeed("printf '\\nPUBLIC_URL=https://reef.example.org/path\\n' >>${extra}")
        machine.fail("timeout 30 systemctl restart safeharbor.service")
        machine.wait_until_succeeds(
            "systemctl show -P StatusText safeharbor.service | grep 'not started: PUBLIC_URL'", timeout=30
        )
        says("safeharbor.service", "PUBLIC_URL", since)
        assert show("safeharbor.socket", "ActiveState") == "active"
        machine.succeed("sed -i /PUBLIC_URL/d ${extra}")
        machine.wait_for_unit("safeharbor.service", timeout=30)
        well()

    with subtest("a boot without Postgres: health answers, pages wait, and it heals"):
        machine.succeed("touch /var/lib/no-postgres")
        machine.reboot()
        machine.wait_until_succeeds("systemctl is-active safeharbor.socket", timeout=60)
        machine.wait_until_succeeds(
            "systemctl show -P StatusText safeharbor.service | grep 'waiting for Postgres'", timeout=60
        )
        assert local.ask("/healthz").status == 503
        assert local.ask("/tanks", options=cookie).status == 503
        machine.succeed("rm /var/lib/no-postgres", "systemctl start postgresql.target")
        machine.succeed("systemctl start postgresql.service")
        machine.wait_for_unit("safeharbor.service", timeout=60)
        # What was there before the boot is there: the owner's session and their account.
        well()
        contract.sign_in()

    with subtest("a crash keeps what was stored"):
        machine.crash()
        machine.start()
        machine.wait_for_unit("safeharbor.service", timeout=120)
        well()
        contract.sign_in()
  '';
}
