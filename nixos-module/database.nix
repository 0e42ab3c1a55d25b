# Postgres and Redis, here or elsewhere.
{ config, lib, ... }:
let
  cfg = config.services.safeharbor;
  port = config.services.postgresql.settings.port or 5432;
  redis = config.services.redis.servers.safeharbor;
in
{
  config = lib.mkIf cfg.enable (
    lib.mkMerge [
      (lib.mkIf cfg.database.createLocally {
        services.postgresql = {
          enable = true;
          ensureDatabases = [ "safeharbor" ];
          ensureUsers = [
            {
              name = "safeharbor";
              ensureDBOwnership = true;
            }
          ];
        };
        services.safeharbor.environment.DATABASE_URL =
          "postgres:///safeharbor?host=/run/postgresql"
          + lib.optionalString (port != 5432) "&port=${toString port}";
        # The target, not the service: only then are role and database there.
        systemd.services = lib.genAttrs [ "safeharbor" "safeharbor-worker" ] (_: {
          wants = [ "postgresql.target" ];
          after = [ "postgresql.target" ];
        });
      })

      (lib.mkIf (cfg.database.url != null) {
        services.safeharbor.environment.DATABASE_URL = cfg.database.url;
      })

      # Nothing waits for Redis: pages work without it.
      (lib.mkIf cfg.redis.createLocally {
        services.redis.servers.safeharbor = {
          enable = true;
          port = 0;
          appendOnly = true;
        };
        services.safeharbor.environment.REDIS_URL = "redis+unix://${redis.unixSocket}";
        # Before there was a group of its own, it was named as the user is.
        users.users.safeharbor.extraGroups = [ (redis.group or redis.user) ];
      })

      (lib.mkIf (cfg.redis.url != null) { services.safeharbor.environment.REDIS_URL = cfg.redis.url; })
    ]
  );
}
