# What the tests' stand-ins for cloudflared and tailscale send on, byte for byte.
{ pkgs, ... }:
pkgs.runCommand "safeharbor-stand-ins"
  {
    nativeBuildInputs = [
      pkgs.python3
      pkgs.openssl
    ];
  }
  ''
    # Not where they are: Python would leave what it compiles beside them.
    cp -r ${../../nixos-module/tests/stand-ins} stand-ins
    python3 -m unittest discover -s stand-ins
    touch $out
  ''
