"""What a municipality can publish of a year: tables with their schema, sources and basis."""
