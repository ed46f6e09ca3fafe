"""The schema's history, as Alembic revisions. `migrate.upgrade` brings a database to the newest."""
