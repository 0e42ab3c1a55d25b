# The flake's image, loaded and run with docker/compose.yaml. The hop is on the host, where edge and cloudflared are
# played by a stand-in. It needs a machine of its own: containers do not run in a container.
{ lib, pkgs, ... }:
let
  shared = import ./lib { inherit lib pkgs; };
  port = 8000;

  # Without a registry: images that do of the official ones' work what the compose file relies on.
  official =
    name: paths: start:
    pkgs.dockerTools.buildLayeredImage {
      inherit name;
      tag = "local";
      contents = [
        pkgs.bash
        pkgs.coreutils
        pkgs.gnugrep
      ]
      ++ paths;
      extraCommands = ''
        mkdir -p tmp data run/postgresql var/lib/postgresql/data docker-entrypoint-initdb.d etc
        chmod 1777 tmp data run/postgresql var/lib/postgresql/data
        echo 'store:x:999:999::/:/bin/sh' >etc/passwd
      '';
      config = {
        Entrypoint = [ "${pkgs.writeShellScript "entrypoint" start}" ];
        Env = [
          "PATH=/bin"
          # Made by initdb, so that it belongs to the user that Postgres wants.
          "PGDATA=/var/lib/postgresql/data/cluster"
        ];
      };
    };
  postgres = official "postgres" [ pkgs.postgresql ] ''
    set -eu
    if [ ! -s "$PGDATA/PG_VERSION" ]; then
      initdb --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" $POSTGRES_INITDB_ARGS
      printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
      pg_ctl -D "$PGDATA" -o "-c listen_addresses= -k /run/postgresql" -w start
      export PGHOST=/run/postgresql
      for file in /docker-entrypoint-initdb.d/*.sh; do sh "$file"; done
      pg_ctl -D "$PGDATA" -m fast -w stop
    fi
    exec postgres -c "listen_addresses=*" -k /run/postgresql
  '';
  redis = official "redis" [ pkgs.redis ] ''exec "$@"'';
in
{
  name = "image";

  nodes.client = shared.client { };
  nodes.server =
    { config, ... }:
    let
      unwrapped = config.services.safeharbor.package.unwrapped;
      certificate = shared.certificate shared.publicHost;
      image = pkgs.callPackage ../../nix/image.nix { safeharbor-unwrapped = unwrapped; };
    in
    {
      imports = [ (shared.client { }) ];
      networking.firewall.enable = false;
      virtualisation.docker.enable = true;
      virtualisation.memorySize = 3072;
      virtualisation.diskSize = 4096;
      environment.systemPackages = [
        pkgs.docker-compose
        shared.cloudflared
      ];
      environment.etc = {
        "safeharbor-test/images".text = "${image}\n${postgres}\n${redis}\n";
        "safeharbor-test/version".text = unwrapped.version;
        "safeharbor-test/docker".source = ../../docker;
        "safeharbor-test/token".text = shared.tunnel.token;
        "cloudflared-stand-in.json".text = builtins.toJSON {
          listen = "0.0.0.0:8443";
          certificate = "${certificate}/crt";
          key = "${certificate}/key";
          hostname = shared.publicHost;
          service = "http://127.0.0.1:${toString port}";
          catch_all = true;
        };
      };
    };

  testScript =
    { nodes, ... }:
    shared.script
    + ''
      start_all()
      server.wait_for_unit("docker.service", timeout=300)
      for archive in server.succeed("cat /etc/safeharbor-test/images").split():
          server.succeed(f"docker load -i {archive}", timeout=600)

      # The folder of the sources, as somebody has it who checked them out.
      server.succeed("mkdir -p /srv/safeharbor && cp -rL /etc/safeharbor-test/docker /srv/safeharbor/")
      server.succeed("chmod -R u+w /srv/safeharbor")
      compose = "cd /srv/safeharbor && SAFEHARBOR_COMPOSE=docker-compose docker/compose"
      setup = (
          "cd /srv/safeharbor && bash docker/setup --public-url ${shared.publicUrl} --ingress host-hop --hop cloudflared"
          " --port ${toString port} --version $(cat /etc/safeharbor-test/version)"
      )
      server.succeed(setup)
      server.succeed(
          "printf '%s\n' POSTGRES_IMAGE=postgres:local REDIS_IMAGE=redis:local"
          " >>/srv/safeharbor/docker/projects/safeharbor/env"
      )
      server.succeed(f"{compose} up -d", timeout=600)
      server.wait_until_succeeds("curl -fsS http://127.0.0.1:${toString port}/healthz | grep '\"ok\"'", timeout=300)

      server.succeed(
          "systemd-run --unit=hop cloudflared tunnel --no-autoupdate run --token-file /etc/safeharbor-test/token"
      )
      server_ip = "${nodes.server.networking.primaryIPAddress}"
      contract = Contract(
          server=server,
          client=client,
          hop="cloudflared",
          public="${shared.publicUrl}",
          reach=f"--cacert {CA} --connect-to :443:{server_ip}:8443",
          visitor="${nodes.client.networking.primaryIPAddress}",
          address=server_ip,
          admin=f"{compose} exec -T web /bin/safeharbor",
      )
      client.wait_until_succeeds(contract.through.curl("/livez", "--fail"), timeout=60)
      # C1 and C5 have a peer that is not believed, and a listener on loopback: here every connection from the host
      # is the bridge's, which is believed, and the others end at the published port.
      for case in ("nonce", "token_needed", "C2", "C7", "C12", "C14", "C18", "C21", "C24"):
          print(f"PASS  {case}  {getattr(contract, case)()}")

      with subtest("the image and its containers hold no more than they need"):
          web = server.succeed(f"{compose} ps -q web").strip()
          server.fail(f"docker exec {web} /bin/sh -c true")
          user = server.succeed(f"docker inspect --format '{{{{.Config.User}}}}' {web}").strip()
          assert user.split(":")[0] == "10001", user
          assert server.succeed(f"docker inspect --format '{{{{.HostConfig.ReadonlyRootfs}}}}' {web}").strip() == "true"

      with subtest("what was stored is there after all of it was taken down"):
          server.succeed(f"{compose} down", f"{compose} up -d", timeout=600)
          client.wait_until_succeeds(contract.through.curl("/healthz", "--fail"), timeout=300)
          assert contract.through.ask("/setup").status == 303, "the owner is gone"
          contract.sign_in()
    '';
}
