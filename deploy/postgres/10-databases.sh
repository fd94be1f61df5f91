#!/bin/bash
# Runs once, when PostgreSQL starts on an empty volume: a database and a user for each service, with the password that
# stands in the service's URL.
set -euo pipefail
for service in registry matching notify portal; do
    url=$(< "/run/secrets/$service-database-url")
    password=${url#*://*:}
    password=${password%%@*}
    psql -q -v ON_ERROR_STOP=1 -v name="$service" -v password="$password" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE USER :"name" PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
