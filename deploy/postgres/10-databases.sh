#!/bin/bash
# Runs once, when PostgreSQL starts on an empty volume: a database and a user for each service.
set -euo pipefail
for service in registry matching notify portal; do
    variable="${service^^}_DATABASE_PASSWORD"
    psql -q -v ON_ERROR_STOP=1 -v name="$service" -v password="${!variable}" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE USER :"name" PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
