"""The log in a schema of a PostgreSQL database."""
