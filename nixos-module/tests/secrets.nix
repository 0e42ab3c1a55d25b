# Secrets are named by their paths. One that is not there, or that everyone can read, is said with name and path, the
# listener stays, and it is mended without another build.
{ lib, pkgs, ... }:
let
  shared = import ./lib { inherit lib pkgs; };
in
{
  name = "secrets";

  nodes.machine.services.safeharbor = {
    enable = true;
    inherit (shared) publicUrl;
    ingress = "cloudflared";
    cloudflared = {
      package = shared.cloudflared;
      tokenFile = "/run/secrets/token";
    };
    mail = {
      host = "127.0.0.1";
      from = "Reef's $HOME <reef@example.org>";
      user = "reef";
      passwordFile = "/run/secrets/smtp";
    };
    environmentFile = "/run/secrets/safeharbor.env";
  };

  testScript = ''
    def says(unit, message):
        since = machine.succeed("cat /run/since 2>/dev/null || echo @0").strip()
        query = f"journalctl --unit={unit} --since='{since}' --output=cat"
        machine.wait_until_succeeds(f"{query} | grep --fixed-strings --line-regexp '{message}'", timeout=60)


    def from_now_on():
        machine.succeed("sleep 1; date +@%s >/run/since")


    def put(name, text, mode):
        machine.succeed(
            "install -d -m 0700 /run/secrets",
            f"printf '%s\\n' '{text}' >/run/secrets/{name}",
            f"chmod {mode} /run/secrets/{name}",
        )


    services = ["safeharbor", "safeharbor-worker"]
    start_all()
    machine.wait_for_unit("postgresql.target")

    with subtest("a secret that is not there stops the start, and its path is said"):
        missing = "does not exist: put the secret there, one line, mode 0600"
        for unit in services:
            says(unit, f"safeharbor: smtp_pass: /run/secrets/smtp {missing}")
        says("safeharbor-cloudflared", f"safeharbor: tunnel_token: /run/secrets/token {missing}")
        machine.succeed("systemctl is-active safeharbor.socket")

    with subtest("so does a secrets file"):
        put("smtp", "fish", "0600")
        for unit in services:
            says(unit, f"safeharbor: secrets file: /run/secrets/safeharbor.env {missing}")
        machine.succeed("systemctl is-active safeharbor.socket")

    with subtest("one that everyone can read, or that is empty, is refused"):
        from_now_on()
        put("safeharbor.env", "LOG_LEVEL=debug", "0604")
        put("token", "not a token", "0644")
        wrong = "everyone on this machine can read"
        for unit in services:
            says(
                unit,
                f"safeharbor: secrets file: {wrong} /run/secrets/safeharbor.env (mode 604): "
                "chmod 0600 /run/secrets/safeharbor.env",
            )
        says(
            "safeharbor-cloudflared",
            f"safeharbor: tunnel_token: {wrong} /run/secrets/token (mode 644): chmod 0600 /run/secrets/token",
        )
        machine.succeed("chmod 0600 /run/secrets/*; : >/run/secrets/smtp")
        says("safeharbor", "safeharbor: smtp_pass: /run/secrets/smtp is empty: put the secret there, one line")

    with subtest("once it is mended the service starts by itself"):
        put("smtp", "fish", "0600")
        for unit in services:
            machine.wait_until_succeeds(f"systemctl is-active {unit}", timeout=60)

    with subtest("the settings arrive as they were written, the secrets as credentials"):
        config = machine.succeed("safeharbor-admin config")
        settings = {line.split(maxsplit=1)[0]: line for line in config.splitlines() if line}
        assert "Reef's $HOME <reef@example.org>" in settings["SMTP_FROM"], config
        assert "*** " in settings["SMTP_PASS"] and "credential" in settings["SMTP_PASS"], config
        assert " debug " in settings["LOG_LEVEL"], config
        assert "fish" not in config, config

    with subtest("nobody else reads them"):
        machine.succeed("test $(stat -c %a /run/credstore) = 700")
        machine.fail("runuser -u nobody -- cat /run/credstore/safeharbor.smtp_pass")
  '';
}
