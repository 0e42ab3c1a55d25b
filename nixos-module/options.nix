# What can be set. Nothing here looks at the rest of a system, so that the documentation builds without one.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib)
    literalExpression
    mkEnableOption
    mkOption
    mkPackageOption
    types
    ;
  cfg = config.services.safeharbor;
  listen = (import ./address.nix { inherit lib; }).listen cfg.listen;

  # Also takes a path literal, so that an assertion can say what is wrong with it.
  secretFile =
    example: description:
    mkOption {
      type = types.nullOr types.path;
      default = null;
      inherit example;
      description = ''
        ${description}

        One line, owned by root, mode 0600, outside of the Nix store. Write the path as a string.
      '';
    };
in
{
  options.services.safeharbor = {
    enable = mkEnableOption "Safe Harbor, a household's own aquarium log";

    package = mkPackageOption pkgs "safeharbor" { };

    publicUrl = mkOption {
      type = types.str;
      default =
        if listen ? port then "http://localhost:${toString listen.port}" else "http://localhost:8000";
      defaultText = literalExpression ''"http://localhost:''${port of listen}"'';
      example = "https://reef.example.org";
      description = ''
        The address people use: scheme, host and, where it is not the scheme's own, port. Every link and cookie
        follows it. Any other host than this machine's needs an {option}`services.safeharbor.ingress`.
      '';
    };

    ingress = mkOption {
      type = types.enum [
        "none"
        "cloudflared"
        "caddy"
        "tailscale-funnel"
        "external"
      ];
      default = "none";
      example = "cloudflared";
      description = ''
        The one proxy hop in front, which this module then sets up and whose forwarded headers are believed:

        - `none`: no hop. The pages are for this machine alone.
        - `cloudflared`: a Cloudflare tunnel, see {option}`services.safeharbor.cloudflared`.
        - `caddy`: {option}`services.caddy` with a certificate of its own, see {option}`services.safeharbor.caddy`.
        - `tailscale-funnel`: Tailscale Funnel, see {option}`services.safeharbor.tailscale`.
        - `external`: another proxy on this machine, which you set up. It must keep the one-hop contract
          (`docs/contract.md`): set `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host` itself.
      '';
    };

    listen = mkOption {
      type = types.str;
      default = "127.0.0.1:8000";
      example = "unix:/run/safeharbor/http.sock";
      description = ''
        Where the hop connects: a loopback address with a port, or `unix:` and a path. On a machine with other
        users take the unix socket, which only the hop's group may use; every local process may use a port.
        A change takes effect on `nixos-rebuild switch`.
      '';
    };

    listenGroup = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "nginx";
      description = ''
        The group that may connect to the unix socket of {option}`services.safeharbor.listen`. Known with
        `ingress = "caddy"`; to be said with `ingress = "external"`.
      '';
    };

    settings = mkOption {
      type = types.attrsOf (
        types.nullOr (
          types.oneOf [
            types.bool
            types.int
            types.str
            types.path
          ]
        )
      );
      default = { };
      example = literalExpression ''
        {
          LOG_LEVEL = "info,safeharbor::jobs=debug";
          DATABASE_POOL = 20;
        }
      '';
      description = ''
        Further settings, by the names of the environment variables in `docs/settings.md`. `true` and `false`
        become `1` and `0`; `null` leaves a setting out. They are checked when the system is built. What has an
        option of its own is set there, and secrets are never set here: these values are readable by everyone.
      '';
    };

    timeZone = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "Europe/Berlin";
      description = ''
        The IANA time zone that a new tank's form offers. `null` takes {option}`time.timeZone`, or UTC where that
        is not set.
      '';
    };

    database = {
      createLocally = mkOption {
        type = types.bool;
        default = cfg.database.url == null && cfg.database.urlFile == null;
        defaultText = literalExpression "no database.url and no database.urlFile";
        description = ''
          Whether to run Postgres on this machine, with a database and a role `safeharbor` that the system user of
          that name reaches through the unix socket without a password.
        '';
      };
      url = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "postgres://safeharbor@192.0.2.7/safeharbor?sslmode=verify-full";
        description = "Another Postgres, by a URL without a password.";
      };
      urlFile = secretFile "/run/secrets/safeharbor-database-url" ''
        The file that holds another Postgres' URL with its password:
        `postgres://user:password@host:5432/name`.'';
    };

    redis = {
      createLocally = mkOption {
        type = types.bool;
        default = cfg.redis.url == null && cfg.redis.urlFile == null;
        defaultText = literalExpression "no redis.url and no redis.urlFile";
        description = "Whether to run a Redis of Safe Harbor's own on this machine, on a unix socket.";
      };
      url = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "redis://192.0.2.7:6379/0";
        description = "Another Redis, by a URL without a password.";
      };
      urlFile = secretFile "/run/secrets/safeharbor-redis-url" "The file that holds another Redis' URL with its password: `redis://:password@host:6379/0`.";
    };

    network.allow = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "192.0.2.7/32" ];
      description = ''
        The addresses and networks that the web process may reach when the database or Redis is not on a unix
        socket of this machine; where a URL has a name in it, the resolver's address too. Without such a remote it
        has no network at all, and this is empty.
      '';
    };

    uploads.dir = mkOption {
      type = types.path;
      default = "/var/lib/safeharbor/uploads";
      example = "/srv/safeharbor";
      description = "The folder for photos. It is made, and given to the user `safeharbor`.";
    };

    mail = {
      host = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "smtp.example.org";
        description = "The mail server. With `null` no mail is sent.";
      };
      port = mkOption {
        type = types.nullOr types.port;
        default = null;
        example = 2525;
        description = "The mail server's port; `null` is 587 with starttls, 465 with tls and 25 with none.";
      };
      tls = mkOption {
        type = types.enum [
          "starttls"
          "tls"
          "none"
        ];
        default = "starttls";
        description = "How the connection is protected: `tls` is from the first byte on.";
      };
      user = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "reef@example.org";
        description = "The user name to sign in with.";
      };
      passwordFile = secretFile "/run/secrets/safeharbor-smtp" "The file that holds the mail password.";
      from = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "Safe Harbor <reef@example.org>";
        description = "The sender of mails: an address, or `Name <address>`.";
      };
    };

    environmentFile = mkOption {
      type = types.nullOr types.path;
      default = null;
      example = "/run/secrets/safeharbor.env";
      description = ''
        A file of `NAME=value` lines with further secrets, for those who keep them so. Owned by root, mode 0600,
        outside of the Nix store. What has a `…File` option is better given there.
      '';
    };

    openFirewall = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether to open the ports on which Caddy answers. Safe Harbor's own port is never opened, and the other
        hops need none.
      '';
    };

    cloudflared = {
      package = mkPackageOption pkgs "cloudflared" { };
      tokenFile = secretFile "/run/secrets/safeharbor-tunnel-token" ''
        The file that holds the token of a tunnel that is managed in Cloudflare's dashboard. Which public name it
        serves, and that it passes on to `http://127.0.0.1:8000`, is set there. This is the usual way.'';
      tunnelId = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "00000000-0000-0000-0000-000000000000";
        description = ''
          The id of a tunnel that is managed here, with {option}`services.safeharbor.cloudflared.credentialsFile`.
          It passes on the host of {option}`services.safeharbor.publicUrl` and answers everything else with 404.
        '';
      };
      credentialsFile = mkOption {
        type = types.nullOr types.path;
        default = null;
        example = "/run/secrets/safeharbor-tunnel.json";
        description = ''
          The JSON file that `cloudflared tunnel create` wrote for
          {option}`services.safeharbor.cloudflared.tunnelId`. Owned by root, mode 0600, outside of the Nix store.
        '';
      };
    };

    caddy = {
      email = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "you@example.org";
        description = "The address that the certificate authority may write to.";
      };
      extraConfig = mkOption {
        type = types.lines;
        default = "";
        example = "tls /run/secrets/cert.pem /run/secrets/key.pem";
        description = "Further lines for Caddy's site block.";
      };
    };

    tailscale.authKeyFile = secretFile "/run/secrets/tailscale-auth-key" ''
      The file that holds an auth key with which this machine joins the tailnet by itself. Without it:
      `tailscale up`.'';

    # What the other parts of the module found out, as environment variables.
    environment = mkOption {
      type = types.attrsOf types.str;
      default = { };
      internal = true;
      visible = false;
    };
  };
}
