# Each wrong combination is refused with a message that names the option, and each right one is not.
{
  lib,
  pkgs,
  evaluate,
  ...
}:
let
  https = {
    publicUrl = "https://reef.example.org";
    ingress = "caddy";
  };
  tunnel = {
    publicUrl = "https://reef.example.org";
    ingress = "cloudflared";
  };
  remote = {
    database.url = "postgres://safeharbor@192.0.2.7/safeharbor";
  };

  # name -> [ what is set, a part of the one message ]
  refused = {
    path = [
      (https // { publicUrl = "https://example.org/reef"; })
      "services.safeharbor.publicUrl: \"https://example.org/reef\" is not scheme://host"
    ];
    slash = [
      (https // { publicUrl = "https://example.org/"; })
      "services.safeharbor.publicUrl: \"https://example.org/\" is not scheme://host"
    ];
    query = [
      (https // { publicUrl = "https://example.org?x"; })
      "services.safeharbor.publicUrl: "
    ];
    user-info = [
      (https // { publicUrl = "https://me@example.org"; })
      "services.safeharbor.publicUrl: "
    ];
    no-ingress = [
      { publicUrl = "https://reef.example.org"; }
      "services.safeharbor.ingress: services.safeharbor.publicUrl is https://reef.example.org, but nothing passes"
    ];
    http-public = [
      (https // { publicUrl = "http://reef.example.org"; })
      "services.safeharbor.publicUrl: passwords would travel in clear for a host that may be reached from elsewhere"
    ];
    http-lan = [
      (https // { publicUrl = "http://reef.lan"; })
      "services.safeharbor.settings.ALLOW_INSECURE_HTTP = true"
    ];
    public-listener = [
      { listen = "0.0.0.0:8000"; }
      "services.safeharbor.listen: \"0.0.0.0:8000\" is neither a loopback address"
    ];
    localhost-listener = [
      { listen = "localhost:8000"; }
      "services.safeharbor.listen: \"localhost:8000\" is neither"
    ];
    relative-socket = [
      (https // { listen = "unix:http.sock"; })
      "services.safeharbor.listen: "
    ];
    unix-without-hop = [
      { listen = "unix:/run/safeharbor/http.sock"; }
      "services.safeharbor.listen: a browser cannot connect to a unix socket"
    ];
    unix-and-cloudflared = [
      (
        tunnel
        // {
          listen = "unix:/run/safeharbor/http.sock";
          cloudflared.tokenFile = "/run/secrets/token";
        }
      )
      "services.safeharbor.listen: cloudflared cannot use a unix socket"
    ];
    unix-without-group = [
      (
        https
        // {
          ingress = "external";
          listen = "unix:/run/safeharbor/http.sock";
        }
      )
      "services.safeharbor.listenGroup: name the group of your proxy"
    ];
    no-token = [
      tunnel
      "services.safeharbor.cloudflared.tokenFile: the tunnel has no secret"
    ];
    half-a-tunnel = [
      (tunnel // { cloudflared.tunnelId = "00000000-0000-0000-0000-000000000000"; })
      "services.safeharbor.cloudflared.tokenFile: the tunnel has no secret"
    ];
    two-tunnels = [
      (
        tunnel
        // {
          cloudflared.tokenFile = "/run/secrets/token";
          cloudflared.tunnelId = "00000000-0000-0000-0000-000000000000";
          cloudflared.credentialsFile = "/run/secrets/tunnel.json";
        }
      )
      "services.safeharbor.cloudflared.tokenFile: a tunnel is managed either in the dashboard"
    ];
    token-without-tunnel = [
      (https // { cloudflared.tokenFile = "/run/secrets/token"; })
      "services.safeharbor.cloudflared.tokenFile: it has no effect"
    ];
    credentials-without-tunnel = [
      (https // { cloudflared.credentialsFile = "/run/secrets/tunnel.json"; })
      "services.safeharbor.cloudflared.credentialsFile: it has no effect"
    ];
    auth-key-without-tailscale = [
      (https // { tailscale.authKeyFile = "/run/secrets/key"; })
      "services.safeharbor.tailscale.authKeyFile: it has no effect"
    ];
    auth-key-in-store = [
      {
        publicUrl = "https://reef.tail1234.ts.net";
        ingress = "tailscale-funnel";
        tailscale.authKeyFile = pkgs.writeText "key" "not a key";
      }
      "services.safeharbor.tailscale.authKeyFile: /nix/store/"
    ];
    uploads-at-home = [
      { uploads.dir = "/home/keeper/photos"; }
      "services.safeharbor.uploads.dir: the service sees nothing of /home/keeper/photos"
    ];
    uploads-with-space = [
      { uploads.dir = "/srv/our photos"; }
      "services.safeharbor.uploads.dir: \"/srv/our photos\" holds a character"
    ];
    token-in-store = [
      (tunnel // { cloudflared.tokenFile = pkgs.writeText "token" "not a token"; })
      "services.safeharbor.cloudflared.tokenFile: /nix/store/"
    ];
    token-as-path-literal = [
      (tunnel // { cloudflared.tokenFile = ./default.nix; })
      "is, or would be, in the Nix store"
    ];
    password-file-in-store = [
      {
        mail = {
          host = "smtp.example.org";
          from = "reef@example.org";
          passwordFile = "/nix/store/00000000000000000000000000000000-password";
        };
      }
      "services.safeharbor.mail.passwordFile: /nix/store/"
    ];
    secret-with-space = [
      { environmentFile = "/run/secrets/a b"; }
      "services.safeharbor.environmentFile: \"/run/secrets/a b\" holds a character"
    ];
    token-in-settings = [
      (
        tunnel
        // {
          cloudflared.tokenFile = "/run/secrets/token";
          settings.TUNNEL_TOKEN = "not a token";
        }
      )
      "services.safeharbor.settings.TUNNEL_TOKEN: set services.safeharbor.cloudflared.tokenFile instead"
    ];
    password-in-settings = [
      { settings.SMTP_PASS = "not a password"; }
      "services.safeharbor.settings.SMTP_PASS: set services.safeharbor.mail.passwordFile instead"
    ];
    file-in-settings = [
      { settings.SMTP_PASS_FILE = "/run/secrets/smtp"; }
      "services.safeharbor.settings.SMTP_PASS_FILE: set services.safeharbor.mail.passwordFile instead"
    ];
    trust-in-settings = [
      (https // { settings.TRUST_PROXY_HEADERS = true; })
      "services.safeharbor.settings.TRUST_PROXY_HEADERS: set services.safeharbor.ingress instead"
    ];
    lines-in-settings = [
      { settings.LOG_LEVEL = "info\nPUBLIC_URL=x"; }
      "services.safeharbor.settings.LOG_LEVEL: a value has one line"
    ];
    not-a-name = [
      { settings."LOG LEVEL" = "info"; }
      "services.safeharbor.settings.LOG LEVEL: this is not the name of an environment variable"
    ];
    password-in-url = [
      {
        database.url = "postgres://reef:secret@192.0.2.7/reef";
        network.allow = [ "192.0.2.7" ];
      }
      "services.safeharbor.database.url: it holds a password"
    ];
    password-in-query = [
      { redis.url = "redis+unix:///run/redis.sock?pass=secret"; }
      "services.safeharbor.redis.url: it holds a password"
    ];
    two-databases = [
      (
        remote
        // {
          database = remote.database // {
            createLocally = true;
          };
          network.allow = [ "192.0.2.7" ];
        }
      )
      "services.safeharbor.database: set exactly one of"
    ];
    no-redis = [
      { redis.createLocally = false; }
      "services.safeharbor.redis: set exactly one of"
    ];
    no-allowed-address = [
      remote
      "services.safeharbor.network.allow: the database or Redis is not on a unix socket"
    ];
    firewall-without-caddy = [
      { openFirewall = true; }
      "services.safeharbor.openFirewall: only Caddy needs open ports"
    ];
    mail-without-sender = [
      { mail.host = "smtp.example.org"; }
      "services.safeharbor.mail.from: "
    ];
    mail-without-password = [
      {
        mail = {
          host = "smtp.example.org";
          from = "reef@example.org";
          user = "reef";
        };
      }
      "services.safeharbor.mail.passwordFile: "
    ];
    mail-without-host = [
      { mail.from = "reef@example.org"; }
      "services.safeharbor.mail.host: "
    ];
  };

  # name -> [ what is set, a part of the one warning, or null for none ]
  accepted = {
    alone = [
      { }
      null
    ];
    another-port = [
      { listen = "127.0.0.1:9000"; }
      null
    ];
    caddy = [
      (
        https
        // {
          openFirewall = true;
          caddy.email = "you@example.org";
        }
      )
      null
    ];
    caddy-by-socket = [
      (https // { listen = "unix:/run/safeharbor/http.sock"; })
      null
    ];
    token = [
      (tunnel // { cloudflared.tokenFile = "/run/secrets/token"; })
      null
    ];
    credentials = [
      (
        tunnel
        // {
          cloudflared.tunnelId = "00000000-0000-0000-0000-000000000000";
          cloudflared.credentialsFile = "/run/secrets/tunnel.json";
        }
      )
      null
    ];
    funnel = [
      {
        publicUrl = "https://reef.tail1234.ts.net";
        ingress = "tailscale-funnel";
      }
      null
    ];
    funnel-elsewhere = [
      {
        publicUrl = "https://reef.example.org";
        ingress = "tailscale-funnel";
      }
      "Tailscale Funnel publishes https://MACHINE.TAILNET.ts.net and nothing else"
    ];
    external = [
      (
        https
        // {
          ingress = "external";
          listen = "unix:/run/safeharbor/http.sock";
          listenGroup = "nginx";
          settings.PROXY_HOP = "caddy";
        }
      )
      null
    ];
    external-by-port = [
      (https // { ingress = "external"; })
      "every local process counts as the hop"
    ];
    lan = [
      (
        https
        // {
          publicUrl = "http://reef.lan";
          settings.ALLOW_INSECURE_HTTP = true;
        }
      )
      "everyone on the local network can read pages"
    ];
    non-loopback = [
      { settings.ALLOW_NON_LOOPBACK = true; }
      "services.safeharbor.settings.ALLOW_NON_LOOPBACK has no effect"
    ];
    elsewhere = [
      {
        database.urlFile = "/run/secrets/database-url";
        redis.url = "redis://192.0.2.8:6379/0";
        network.allow = [ "192.0.2.0/24" ];
      }
      null
    ];
    uploads-elsewhere = [
      { uploads.dir = "/srv/safeharbor"; }
      null
    ];
    another-socket = [
      { database.url = "postgres:///reef?host=/run/postgresql"; }
      null
    ];
  };

  result =
    set:
    let
      inherit
        (evaluate {
          services.safeharbor = {
            enable = true;
          }
          // set;
        })
        config
        ;
    in
    {
      errors = map (it: it.message) (lib.filter (it: !it.assertion) config.assertions);
      warnings = lib.filter (lib.hasInfix "services.safeharbor") config.warnings;
    };
  isOne = part: list: lib.length list == 1 && lib.hasInfix part (lib.head list);
  shown = list: if list == [ ] then "nothing" else lib.concatStringsSep "\n    " list;

  faults =
    lib.concatLists (
      lib.mapAttrsToList (
        name: case:
        let
          inherit (result (lib.head case)) errors;
          part = lib.last case;
        in
        lib.optional (
          !isOne part errors
        ) "${name}: expected one message with\n    ${part}\n  got\n    ${shown errors}"
      ) refused
    )
    ++ lib.concatLists (
      lib.mapAttrsToList (
        name: case:
        let
          inherit (result (lib.head case)) errors warnings;
          part = lib.last case;
        in
        lib.optional (errors != [ ]) "${name}: refused with\n    ${shown errors}"
        ++
          lib.optional (if part == null then warnings != [ ] else !isOne part warnings)
            "${name}: expected ${
              if part == null then "no warning" else "one warning with\n    ${part}\n "
            } got\n    ${shown warnings}"
      ) accepted
    );
in
assert lib.assertMsg (faults == [ ]) (lib.concatStringsSep "\n" faults);
pkgs.runCommand "safeharbor-assertions" { } "touch $out"
