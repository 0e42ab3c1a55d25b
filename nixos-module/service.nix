# The units come with the package; here is only what is this machine's: that they start, where they listen, and the
# user they run as.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.safeharbor;
  listen = (import ./address.nix { inherit lib; }).listen cfg.listen;
  isUnix = listen != null && listen.kind == "unix";
  uploads = toString cfg.uploads.dir;
  ownUploads = uploads != "/var/lib/safeharbor/uploads";

  both = {
    wantedBy = [
      "multi-user.target"
      "safeharbor.target"
    ];
    # A stop before the switch would take the listener, and with it the requests that wait at it.
    stopIfChanged = false;
    environment = lib.mkIf ownUploads { UPLOAD_DIR = uploads; };
    unitConfig = lib.mkIf ownUploads { RequiresMountsFor = uploads; };
    serviceConfig = lib.mkIf ownUploads { ReadWritePaths = [ uploads ]; };
  };
in
{
  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];

    # The listener's unit waits for it: this install is configured.
    environment.etc."safeharbor/configured".text = "";

    # Postgres knows the user by this name.
    users.users.safeharbor = {
      isSystemUser = true;
      group = "safeharbor";
      home = "/var/lib/safeharbor";
      description = "Safe Harbor";
    };
    users.groups.safeharbor = { };

    systemd = {
      packages = [ cfg.package ];
      targets.safeharbor.wantedBy = [ "multi-user.target" ];
      services.safeharbor = both;
      services.safeharbor-worker = both;

      sockets.safeharbor = {
        wantedBy = [
          "sockets.target"
          "safeharbor.target"
        ];
        listenStreams = lib.mkIf (listen != null) [
          # Lists append: this one takes the unit's own address away.
          ""
          listen.stream
        ];
        socketConfig.SocketGroup = lib.mkIf (isUnix && cfg.listenGroup != null) cfg.listenGroup;
      };
      sockets.safeharbor-metrics.wantedBy = [ "sockets.target" ];

      # A switch starts and stops what changed, but leaves a changed socket as it is.
      services.safeharbor-listener = {
        description = "Safe Harbor: moves the listener when its address changed";
        wantedBy = [ "multi-user.target" ];
        after = [ "safeharbor.socket" ];
        stopIfChanged = false;
        restartTriggers = [
          cfg.listen
          cfg.listenGroup
        ];
        environment.WANTED = "${cfg.listen} ${toString cfg.listenGroup}";
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
          RuntimeDirectory = "safeharbor-listener";
          RuntimeDirectoryPreserve = true;
        };
        # /run is empty after a boot: then there is nothing to move.
        script = ''
          applied=$RUNTIME_DIRECTORY/applied
          if [ -e "$applied" ] && [ "$(cat "$applied")" != "$WANTED" ]; then
            systemctl restart safeharbor.socket
          fi
          printf '%s' "$WANTED" >"$applied"
        '';
      };

      tmpfiles.settings."10-safeharbor" = lib.mkIf ownUploads {
        ${uploads}.d = {
          mode = "0700";
          user = "safeharbor";
          group = "safeharbor";
        };
      };
    };
  };
}
