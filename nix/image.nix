# The OCI image: the binary, certificate authorities and nothing else. No shell, no root.
{
  lib,
  dockerTools,
  cacert,
  runCommand,
  safeharbor-unwrapped,
}:
let
  user = "10001";
  meta = import ./meta.nix { inherit lib; };
  root = runCommand "safeharbor-image-root" { } ''
    mkdir -p $out/bin $out/etc/ssl/certs
    ln -s ${lib.getExe safeharbor-unwrapped} $out/bin/safeharbor
    ln -s ${cacert}/etc/ssl/certs/ca-bundle.crt $out/etc/ssl/certs/ca-certificates.crt
    printf '%s\n' 'safeharbor:x:${user}:${user}:Safe Harbor:/var/lib/safeharbor:/nonexistent' >$out/etc/passwd
    printf '%s\n' 'safeharbor:x:${user}:' >$out/etc/group
  '';
in
dockerTools.buildLayeredImage {
  name = "safeharbor";
  tag = safeharbor-unwrapped.version;
  # Fixed, so that the same sources make the same image.
  created = "1970-01-01T00:00:01Z";
  contents = [ root ];
  # A layer's files are root's, and the process is not: as in /tmp, it may write there all the same. Nobody else is in
  # the container.
  extraCommands = ''
    mkdir -p tmp var/lib/safeharbor/uploads
    chmod 1777 tmp var/lib/safeharbor/uploads
  '';
  config = {
    Entrypoint = [ "/bin/safeharbor" ];
    Cmd = [ "serve" ];
    User = "${user}:${user}";
    WorkingDir = "/var/lib/safeharbor";
    # R10: only with TRUSTED_PEERS, which whoever runs the image has to say, does it listen beyond loopback.
    Env = [
      "ALLOW_NON_LOOPBACK=1"
      "LISTEN=0.0.0.0:8000"
      "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"
      "UPLOAD_DIR=/var/lib/safeharbor/uploads"
    ];
    ExposedPorts."8000/tcp" = { };
    Volumes."/var/lib/safeharbor/uploads" = { };
    StopSignal = "SIGTERM";
    # Durations are in nanoseconds.
    Healthcheck = {
      Test = [
        "CMD"
        "/bin/safeharbor"
        "healthcheck"
      ];
      Interval = 10 * 1000 * 1000 * 1000;
      Timeout = 5 * 1000 * 1000 * 1000;
      StartPeriod = 60 * 1000 * 1000 * 1000;
      Retries = 3;
    };
    Labels = {
      "org.opencontainers.image.title" = "Safe Harbor";
      "org.opencontainers.image.description" = meta.description;
      "org.opencontainers.image.licenses" = meta.license.spdxId;
      "org.opencontainers.image.version" = safeharbor-unwrapped.version;
    };
  };
}
