"""What entries add up to, one module a subject, and the view file that finds them fast."""
