#!/usr/bin/env bash
# Imitates the part of the official image's entry point that docker/compose.yaml relies on: see ../README.md.
set -euo pipefail

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  password=''
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
    password=$(<"$POSTGRES_PASSWORD_FILE")
  fi
  if [ -z "$password" ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    exit 1
  fi
  chmod 700 "$PGDATA"
  read -ra extra <<<"${POSTGRES_INITDB_ARGS:-}"
  initdb --username=postgres --pwfile=<(printf '%s\n' "$password") "${extra[@]}"
  printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  for file in /docker-entrypoint-initdb.d/*.sh; do
    # The original sources what cannot be run; ours can.
    "$file"
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@"
