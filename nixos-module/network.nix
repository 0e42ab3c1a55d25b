# The web process has no network of its own. A database or Redis elsewhere opens it, for the addresses that are named.
{ config, lib, ... }:
let
  cfg = config.services.safeharbor;
  isSocket =
    url: lib.hasPrefix "redis+unix:" url || lib.hasPrefix "unix:" url || lib.hasInfix "host=/" url;
  # What a URL in a file says is not known here.
  isRemote = it: it.urlFile != null || (it.url != null && !isSocket it.url);
in
{
  config = lib.mkIf (cfg.enable && (isRemote cfg.database || isRemote cfg.redis)) {
    systemd.services.safeharbor.serviceConfig = {
      PrivateNetwork = false;
      # The unit's own list, which this adds to, has AF_UNIX; its IPAddressDeny=any stays.
      RestrictAddressFamilies = [
        "AF_INET"
        "AF_INET6"
      ];
      IPAddressAllow = cfg.network.allow;
    };
    systemd.services.safeharbor.wants = [ "network-online.target" ];
    systemd.services.safeharbor.after = [ "network-online.target" ];
  };
}
