"""What Alembic runs: the steps, on the connection that it is handed, in one transaction."""

from alembic import context

from posture_coach.store.history.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
