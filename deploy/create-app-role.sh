#!/bin/sh
# PostgreSQL's image runs this once, on an empty data folder: the application's role, which may not change history.
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 --set password="$APP_PASSWORD" <<'SQL'
CREATE ROLE touchstone_app LOGIN PASSWORD :'password';
SQL
