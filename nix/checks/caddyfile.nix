# nixpkgs formats the Caddyfile when it builds a system; here Caddy also says whether it means anything.
{
  lib,
  pkgs,
  evaluate,
  ...
}:
let
  caddyfile =
    set:
    (evaluate {
      services.safeharbor = {
        enable = true;
        publicUrl = "https://reef.example.org";
        ingress = "caddy";
      }
      // set;
    }).config.services.caddy.configFile;

  files = map caddyfile [
    { caddy.email = "you@example.org"; }
    { listen = "[::1]:8000"; }
    { listen = "unix:/run/safeharbor/http.sock"; }
    {
      publicUrl = "https://reef.example.org:8443";
      caddy.extraConfig = "tls internal";
    }
    {
      publicUrl = "http://reef.lan";
      settings.ALLOW_INSECURE_HTTP = true;
    }
  ];
in
pkgs.runCommand "safeharbor-caddyfile" { nativeBuildInputs = [ pkgs.caddy ]; } ''
  # Where Caddy would keep certificates; the access log's folder is the system's, so its line is left out.
  export HOME=$TMPDIR
  for file in ${lib.concatStringsSep " " files}; do
    sed 's|output file .*|output stderr|' "$file" >Caddyfile
    caddy validate --adapter caddyfile --config Caddyfile
    grep --quiet 'reverse_proxy' Caddyfile
  done
  touch $out
''
