"""What can happen in a municipality, one module a subject."""
