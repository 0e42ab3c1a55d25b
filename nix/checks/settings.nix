# The settings file is what the service reads back, whatever stands in it; and what the binary refuses fails the build.
{
  lib,
  pkgs,
  evaluate,
  ...
}:
let
  environment =
    set:
    (evaluate {
      services.safeharbor = {
        enable = true;
        publicUrl = "https://reef.example.org";
        ingress = "caddy";
      }
      // set;
    }).config.environment.etc."safeharbor/safeharbor.env".source;

  plain = environment {
    timeZone = "Europe/Berlin";
    settings.DATABASE_POOL = 20;
    mail = {
      host = "smtp.example.org";
      from = ''"Reef \ $HOME `id`" <reef@example.org>'';
      user = "reef";
      passwordFile = "/run/secrets/smtp";
    };
  };
  # What is set -> a part of what the build of its system then says.
  refused = {
    "SAFEHARBOR_LOGS: there is no such setting".settings.SAFEHARBOR_LOGS = "debug";
    "did you mean DATABASE_POOL".settings.DATABASE_POL = 20;
    "LOG_LEVEL=\"loud\"".settings.LOG_LEVEL = "loud";
    "DEFAULT_TZ=\"Europe/Atlantis\"".timeZone = "Europe/Atlantis";
  };
in
pkgs.runCommand "safeharbor-settings" { } ''
  diff -u ${pkgs.writeText "expected" ''
    DATABASE_POOL="20"
    DATABASE_URL="postgres:///safeharbor?host=/run/postgresql"
    DEFAULT_TZ="Europe/Berlin"
    PROXY_HOP="caddy"
    PUBLIC_URL="https://reef.example.org"
    REDIS_URL="redis+unix:///run/redis-safeharbor/redis.sock"
    SMTP_FROM="\"Reef \\ \$HOME \`id\`\" <reef@example.org>"
    SMTP_HOST="smtp.example.org"
    SMTP_TLS="starttls"
    SMTP_USER="reef"
    TRUSTED_PEERS="127.0.0.1/32"
    TRUST_PROXY_HEADERS="1"
  ''} ${plain}
  ${lib.concatStrings (
    lib.mapAttrsToList (part: set: ''
      if (out=$TMPDIR/refused; ${(environment set).buildCommand}) >log 2>&1; then
        echo ${lib.escapeShellArg "accepted, but should not be: ${part}"} >&2
        exit 1
      fi
      cat log
      grep --quiet --fixed-strings ${lib.escapeShellArg part} log
    '') refused
  )}
  touch $out
''
