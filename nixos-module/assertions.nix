# Combinations that cannot work, or that nobody can mean: each message names the option and says how to mend it.
{ config, lib, ... }:
let
  cfg = config.services.safeharbor;
  name = option: "services.safeharbor.${option}";

  address = import ./address.nix { inherit lib; };
  url = address.publicUrl cfg.publicUrl;
  listen = address.listen cfg.listen;
  uploads = toString cfg.uploads.dir;

  demand = assertion: option: message: {
    inherit assertion;
    message = "${name option}: ${message}";
  };

  # What a variable's own option is; what is not here may be set in `settings`.
  owners = {
    PUBLIC_URL = "publicUrl";
    LISTEN = "listen";
    UPLOAD_DIR = "uploads.dir";
    DATABASE_URL = "database.url or database.urlFile";
    REDIS_URL = "redis.url or redis.urlFile";
    SMTP_HOST = "mail.host";
    SMTP_PORT = "mail.port";
    SMTP_TLS = "mail.tls";
    SMTP_USER = "mail.user";
    SMTP_PASS = "mail.passwordFile";
    SMTP_FROM = "mail.from";
    DEFAULT_TZ = "timeZone";
    TUNNEL_TOKEN = "cloudflared.tokenFile";
    TRUST_PROXY_HEADERS = "ingress";
    TRUSTED_PEERS = "ingress";
    PROXY_HOP = "ingress";
  };
  # What another proxy is, and from where it connects, only its owner knows.
  free = lib.optionals (cfg.ingress == "external") [
    "PROXY_HOP"
    "TRUSTED_PEERS"
  ];
  ownedSettings = lib.concatMap (
    variable:
    let
      bare = lib.removeSuffix "_FILE" variable;
    in
    lib.optional (owners ? ${bare} && !lib.elem variable free) (
      demand false "settings.${variable}" "set ${name owners.${bare}} instead; it follows from there."
    )
  ) (lib.attrNames cfg.settings);
  unreadableSettings = lib.concatLists (
    lib.mapAttrsToList (variable: value: [
      (demand (
        builtins.match "[A-Za-z_][A-Za-z0-9_]*" variable != null
      ) "settings.${variable}" "this is not the name of an environment variable.")
      (demand (
        !lib.isString value || !lib.hasInfix "\n" value
      ) "settings.${variable}" "a value has one line.")
    ]) cfg.settings
  );

  secretFiles = {
    "database.urlFile" = cfg.database.urlFile;
    "redis.urlFile" = cfg.redis.urlFile;
    "mail.passwordFile" = cfg.mail.passwordFile;
    "cloudflared.tokenFile" = cfg.cloudflared.tokenFile;
    "cloudflared.credentialsFile" = cfg.cloudflared.credentialsFile;
    "tailscale.authKeyFile" = cfg.tailscale.authKeyFile;
    inherit (cfg) environmentFile;
  };
  secrets = lib.concatLists (
    lib.mapAttrsToList (
      option: file:
      lib.optionals (file != null) [
        (demand (!lib.isPath file && !lib.hasPrefix builtins.storeDir (toString file)) option
          ''${toString file} is, or would be, in the Nix store, where everyone can read it. Write the path of a file that is not part of the configuration, as a string: "/run/secrets/…".''
        )
        (demand (builtins.match "/[A-Za-z0-9._/@:+=,-]*" (toString file) != null) option
          ''"${toString file}" holds a character that a unit cannot name simply: use letters, digits and ._/@:+=,- only.''
        )
      ]
    ) secretFiles
  );

  # A password before the host, or in the query.
  hasPassword =
    text:
    builtins.match "[a-z+]+://[^/?@]*:[^/?]+@.*" text != null
    || builtins.match ".*[?&]pass(word)?=.*" text != null;

  backend = option: it: [
    (demand
      (
        lib.count lib.id [
          it.createLocally
          (it.url != null)
          (it.urlFile != null)
        ] == 1
      )
      option
      "set exactly one of ${name option}.createLocally (the default), ${name option}.url and ${name option}.urlFile."
    )
    (demand (it.url == null || !hasPassword it.url) "${option}.url"
      "it holds a password, which everyone could read in the Nix store. Put the whole URL into a file and name it in ${name option}.urlFile."
    )
  ];

  needsTcp = [
    "cloudflared"
    "tailscale-funnel"
  ];

  allowsInsecure = lib.elem (cfg.settings.ALLOW_INSECURE_HTTP or null) [
    true
    1
    "1"
    "true"
  ];

  # network.nix opens the network for what is not on this machine.
  usesRemote = !(config.systemd.services.safeharbor.serviceConfig.PrivateNetwork or true);
in
{
  config = lib.mkIf cfg.enable {
    assertions =
      ownedSettings
      ++ unreadableSettings
      ++ secrets
      ++ backend "database" cfg.database
      ++ backend "redis" cfg.redis
      ++ [
        (demand (url != null) "publicUrl"
          ''"${cfg.publicUrl}" is not scheme://host or scheme://host:port and nothing more. There is no path, query, user name or closing slash in it: Safe Harbor lives at the root of its own host name, such as https://reef.example.org.''
        )
        (demand (listen != null) "listen"
          ''"${cfg.listen}" is neither a loopback address with a port, such as 127.0.0.1:8000 or [::1]:8000, nor unix:/path. Nobody but the one hop may connect, so no other address is possible; localhost may be either of two addresses, so write 127.0.0.1.''
        )
        (demand (cfg.ingress != "none" || url == null || url.isThisMachine) "ingress"
          ''${name "publicUrl"} is ${cfg.publicUrl}, but nothing passes requests on. Set it to "cloudflared", "caddy", "tailscale-funnel", or "external" for a proxy that you set up yourself.''
        )
        (demand (cfg.ingress != "none" || listen == null || listen.kind == "tcp") "listen"
          "a browser cannot connect to a unix socket. Set ${name "ingress"}, or listen on 127.0.0.1:8000."
        )
        (demand
          (
            url == null || url.scheme == "https" || url.isThisMachine || (url.isLocalNetwork && allowsInsecure)
          )
          "publicUrl"
          (
            if url != null && url.isLocalNetwork then
              "passwords would travel in clear. Write https://, or accept that with ${name "settings"}.ALLOW_INSECURE_HTTP = true."
            else
              "passwords would travel in clear for a host that may be reached from elsewhere. Write https://."
          )
        )
        (demand
          (
            cfg.ingress != "cloudflared"
            || cfg.cloudflared.tokenFile != null
            || cfg.cloudflared.tunnelId != null && cfg.cloudflared.credentialsFile != null
          )
          "cloudflared.tokenFile"
          "the tunnel has no secret. Name the file with its token here, or set ${name "cloudflared.tunnelId"} and ${name "cloudflared.credentialsFile"}."
        )
        (demand
          (
            cfg.cloudflared.tokenFile == null
            || cfg.cloudflared.tunnelId == null && cfg.cloudflared.credentialsFile == null
          )
          "cloudflared.tokenFile"
          "a tunnel is managed either in the dashboard (${name "cloudflared.tokenFile"}) or here (${name "cloudflared.tunnelId"} and ${name "cloudflared.credentialsFile"}): keep one."
        )
        (demand (
          cfg.ingress == "cloudflared" || cfg.cloudflared.tokenFile == null
        ) "cloudflared.tokenFile" ''it has no effect: set ${name "ingress"} = "cloudflared".'')
        (demand (
          cfg.ingress == "cloudflared" || cfg.cloudflared.credentialsFile == null
        ) "cloudflared.credentialsFile" ''it has no effect: set ${name "ingress"} = "cloudflared".'')
        (demand (
          cfg.ingress == "tailscale-funnel" || cfg.tailscale.authKeyFile == null
        ) "tailscale.authKeyFile" ''it has no effect: set ${name "ingress"} = "tailscale-funnel".'')
        (demand (builtins.match "/[A-Za-z0-9._/@:+=,-]*" uploads != null) "uploads.dir"
          ''"${uploads}" holds a character that a unit cannot name simply: use letters, digits and ._/@:+=,- only.''
        )
        (demand
          (
            !lib.any (hidden: lib.hasPrefix "${hidden}/" "${uploads}/") [
              "/home"
              "/root"
              "/run/user"
              "/tmp"
              "/var/tmp"
              builtins.storeDir
            ]
          )
          "uploads.dir"
          "the service sees nothing of ${uploads}, or may not write there: name a folder elsewhere, such as /srv/safeharbor."
        )
        (demand (!lib.elem cfg.ingress needsTcp || listen == null || listen.kind == "tcp") "listen"
          "${cfg.ingress} cannot use a unix socket that only a group may open. Listen on 127.0.0.1:8000."
        )
        (demand (
          cfg.ingress != "external" || listen == null || listen.kind == "tcp" || cfg.listenGroup != null
        ) "listenGroup" "name the group of your proxy: only it may connect to the unix socket.")
        (demand (!cfg.openFirewall || cfg.ingress == "caddy") "openFirewall"
          ''only Caddy needs open ports: set ${name "ingress"} = "caddy", or leave it out. Safe Harbor's own port is never opened.''
        )
        (demand (!usesRemote || cfg.network.allow != [ ]) "network.allow"
          "the database or Redis is not on a unix socket of this machine: name the addresses that the web process may reach, such as [ \"192.0.2.7/32\" ]; it can reach no others."
        )
        (demand (
          cfg.mail.host == null || cfg.mail.from != null
        ) "mail.from" "${name "mail.host"} is set, so mails need a sender: an address, or Name <address>.")
        (demand (
          cfg.mail.user == null || cfg.mail.passwordFile != null || cfg.environmentFile != null
        ) "mail.passwordFile" "${name "mail.user"} is set, so name the file that holds the password.")
        (demand (
          cfg.mail.host != null
          || cfg.mail.passwordFile == null && cfg.mail.user == null && cfg.mail.from == null
        ) "mail.host" "without it no mail is sent, and the other ${name "mail"} options have no effect.")
      ];

    warnings =
      lib.optional
        (
          cfg.ingress == "tailscale-funnel"
          && url != null
          && !(url.scheme == "https" && url.port == null && lib.hasSuffix ".ts.net" url.host)
        )
        "${name "publicUrl"} is ${cfg.publicUrl}, but Tailscale Funnel publishes https://MACHINE.TAILNET.ts.net and nothing else: every page will answer 421 there."
      ++
        lib.optional (url != null && url.scheme == "http" && !url.isThisMachine && allowsInsecure)
          "${name "publicUrl"} is http: everyone on the local network can read pages, passwords and cookies."
      ++
        lib.optional (cfg.settings ? ALLOW_NON_LOOPBACK)
          "${name "settings"}.ALLOW_NON_LOOPBACK has no effect: the listener is a loopback address or a unix socket."
      ++
        lib.optional (cfg.ingress == "external" && listen != null && listen.kind == "tcp")
          ''${name "ingress"} is "external": with a port every local process counts as the hop. On a machine with other users set ${name "listen"} to a unix socket.'';
  };
}
