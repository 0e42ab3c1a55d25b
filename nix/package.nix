# The binary with its systemd units, their helpers, the admin command and the system user's declaration.
{
  lib,
  stdenvNoCC,
  makeWrapper,
  coreutils,
  gnused,
  systemd,
  safeharbor-unwrapped,
}:
let
  fs = lib.fileset;
in
stdenvNoCC.mkDerivation {
  pname = "safeharbor";
  inherit (safeharbor-unwrapped) version;

  src = fs.toSource {
    root = ../systemd;
    fileset = ../systemd;
  };

  nativeBuildInputs = [ makeWrapper ];

  dontConfigure = true;
  dontBuild = true;

  installPhase = ''
    runHook preInstall
    sh ./install "$out"
    ln -s ${safeharbor-unwrapped}/bin/safeharbor "$out/bin/safeharbor"
    # Units start with whatever PATH their manager has; an admin's shell may have even less.
    for script in "$out"/bin/safeharbor-admin "$out"/libexec/safeharbor/*; do
      wrapProgram "$script" --prefix PATH : ${
        lib.makeBinPath [
          coreutils
          gnused
          systemd
        ]
      }
    done
    runHook postInstall
  '';

  passthru.unwrapped = safeharbor-unwrapped;

  meta = import ./meta.nix { inherit lib; };
}
