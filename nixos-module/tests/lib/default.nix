# What the tests share: the helper that proves the contract's cases, the two kinds of machine, the hops' stand-ins.
{ lib, pkgs }:
let
  python = lib.getExe pkgs.python3;

  # A program of ../stand-ins as a package that looks like the real one's.
  standIn =
    name: more:
    pkgs.runCommand "${name}-stand-in" { meta.mainProgram = name; } ''
      install -Dm644 ${../stand-ins/hop.py} $out/libexec/hop.py
      program() {
        install -Dm755 "$2" $out/libexec/$1
        mkdir -p $out/bin
        printf '#!%s\nexec %s %s "$@"\n' ${pkgs.runtimeShell} ${python} $out/libexec/$1 >$out/bin/$1
        chmod 755 $out/bin/$1
      }
      ${more}
    '';

  mailSink = standIn "mailsink" "program mailsink ${../stand-ins/mailsink.py}";
  mails = "/var/lib/mail-sink/mails";
in
rec {
  publicHost = "reef.example.org";
  publicUrl = "https://${publicHost}";

  # In front of a test's own script. What the second file imports, the first has imported already.
  script =
    builtins.readFile ./contract.py
    + "\n\nclass Load:"
    + lib.last (lib.splitString "\nclass Load:" (builtins.readFile ./under_load.py))
    + "\n\n"
    + builtins.readFile ./nixos.py
    + ''


      LOAD = "${python} /etc/safeharbor-test/load.py"
      MAILS = "cat ${mails}"
      CA = "/etc/safeharbor-test/ca.crt"
    '';

  # For the hops that are played by a stand-in.
  certificate =
    host:
    pkgs.runCommand "certificate-${host}" { nativeBuildInputs = [ pkgs.openssl ]; } ''
      mkdir $out
      # All of it is said here: what a machine's own openssl.cnf adds is of no interest.
      cat >openssl.cnf <<END
      [req]
      distinguished_name = name
      x509_extensions = extensions
      prompt = no
      [name]
      CN = ${host}
      [extensions]
      subjectAltName = DNS:${host}
      basicConstraints = critical,CA:TRUE
      keyUsage = critical,digitalSignature,keyCertSign
      subjectKeyIdentifier = hash
      END
      openssl req -config openssl.cnf -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 \
        -keyout $out/key -out $out/crt
    '';

  tunnel = {
    id = "6ff42ae2-765d-4adf-8112-31c55c1551ef";
    # {"a":"account","t":"6ff42ae2-…","s":"c2VjcmV0"}
    token = "eyJhIjoiYWNjb3VudCIsInQiOiI2ZmY0MmFlMi03NjVkLTRhZGYtODExMi0zMWM1NWMxNTUxZWYiLCJzIjoiYzJWamNtVjAifQ==";
  };

  cloudflared = standIn "cloudflared" "program cloudflared ${../stand-ins/cloudflared.py}";

  tailscale = standIn "tailscale" ''
    program tailscale ${../stand-ins/tailscale.py}
    program tailscaled ${../stand-ins/tailscale.py}
    mkdir -p $out/lib/systemd/system
    cat >$out/lib/systemd/system/tailscaled.service <<END
    [Unit]
    Description=tailscaled, played by a stand-in
    After=network.target

    [Service]
    Type=notify
    ExecStart=$out/bin/tailscaled --state=/var/lib/tailscale/tailscaled.state --socket=/run/tailscale/tailscaled.sock
    StateDirectory=tailscale
    RuntimeDirectory=tailscale
    Restart=on-failure
    END
  '';

  # The rehearsal, of the same release as a package.
  stage =
    safeharbor:
    pkgs.callPackage ../../../nix/stage.nix {
      safeharbor-unwrapped = safeharbor.unwrapped;
      # Only asked for by `stage --ingress cloudflared`, which needs an account.
      inherit cloudflared;
      # Older ones know it as iproute.
      iproute2 = pkgs.iproute2 or pkgs.iproute;
    };

  # Further systems that a machine can be switched to: at /etc/safeharbor-test/NAME, this one with a module more.
  # `specialisation` would do the same, with a boot entry for each.
  systems =
    modules:
    { extendModules, lib, ... }:
    let
      named = lib.mapAttrs' (name: lib.nameValuePair "safeharbor-test/systems/${name}");
      # They do not hold each other, and so have an end.
      none.environment.etc = named (lib.mapAttrs (_: _: { enable = lib.mkForce false; }) modules);
    in
    {
      environment.etc = named (
        lib.mapAttrs (_: module: {
          source =
            (extendModules {
              modules = [
                module
                none
              ];
            }).config.system.build.toplevel;
        }) modules
      );
    };

  # A secret as its owner puts it on a machine: outside of the store, root's alone.
  secret = path: text: {
    systemd.tmpfiles.settings."05-test-secrets".${path}."f+" = {
      mode = "0600";
      user = "root";
      group = "root";
      argument = text;
    };
  };

  # Somebody on another host.
  client =
    {
      host ? publicHost,
    }:
    {
      environment.systemPackages = [
        pkgs.curl
        pkgs.python3
      ];
      environment.etc = {
        "safeharbor-test/load.py".source = ./load.py;
        "safeharbor-test/ca.crt".source = "${certificate host}/crt";
      };
    };

  # An install whose firewall is off: what keeps other hosts out has to be the listener's address.
  server =
    { lib, ... }:
    {
      imports = [ (client { }) ];
      networking.firewall.enable = false;
      services.safeharbor = {
        enable = true;
        publicUrl = lib.mkDefault publicUrl;
        mail = {
          host = "127.0.0.1";
          port = 1025;
          tls = "none";
          from = "Safe Harbor <reef@example.org>";
        };
      };
      systemd.services.mail-sink = {
        wantedBy = [ "multi-user.target" ];
        before = [ "safeharbor-worker.service" ];
        serviceConfig = {
          Type = "notify";
          ExecStart = "${lib.getExe mailSink} 127.0.0.1:1025 ${mails}";
          DynamicUser = true;
          StateDirectory = "mail-sink";
        };
      };
    };
}
