# Reads the two kinds of address that the options hold. Each function gives null for what it cannot read; the
# assertions say what is wrong with it.
{ lib }:
let
  matches = patterns: text: lib.any (pattern: builtins.match pattern text != null) patterns;

  thisMachine = [
    "localhost"
    ".+\\.localhost"
    "127\\.[0-9.]+"
    "\\[::1]"
  ];

  localNetwork = thisMachine ++ [
    ".+\\.local"
    ".+\\.lan"
    ".+\\.home\\.arpa"
    "10\\.[0-9.]+"
    "192\\.168\\.[0-9.]+"
    "172\\.(1[6-9]|2[0-9]|3[01])\\.[0-9.]+"
    "169\\.254\\.[0-9.]+"
    "\\[f[cd][0-9a-f]{2}:.*]"
    "\\[fe[89ab][0-9a-f]:.*]"
  ];
in
{
  # "https://host:port" -> { scheme, host, port or null, isThisMachine, isLocalNetwork }
  publicUrl =
    text:
    let
      parts = builtins.match "(https?)://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:([0-9]+))?" text;
      host = lib.toLower (lib.elemAt parts 1);
    in
    lib.mapNullable (_: {
      scheme = lib.head parts;
      inherit host;
      port = lib.elemAt parts 3;
      isThisMachine = matches thisMachine host;
      isLocalNetwork = matches localNetwork host;
    }) parts;

  # "127.0.0.1:8000", "[::1]:8000" or "unix:/path" -> { kind, … }
  listen =
    text:
    let
      tcp = builtins.match "(127\\.[0-9]+\\.[0-9]+\\.[0-9]+|\\[::1]):([1-9][0-9]{0,4})" text;
      unix = builtins.match "unix:(/[^[:space:]]*[^/[:space:]])" text;
    in
    if tcp != null then
      {
        kind = "tcp";
        port = lib.toInt (lib.elemAt tcp 1);
        stream = text;
        # The address from which a connection to this one comes.
        peer = if lib.hasPrefix "[" text then "::1/128" else "127.0.0.1/32";
      }
    else if unix != null then
      {
        kind = "unix";
        stream = lib.head unix;
      }
    else
      null;
}
