#!/bin/sh
# Makes the role and the database of the service, or gives the role a new password: run once by Postgres's image
# when the cluster is made, and by hand after the password was changed.
set -eu

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'SQL'
\set password `cat /run/secrets/database-password`
SELECT 'CREATE ROLE safeharbor' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'safeharbor') \gexec
ALTER ROLE safeharbor WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
SELECT 'CREATE DATABASE safeharbor OWNER safeharbor'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'safeharbor') \gexec
SQL
