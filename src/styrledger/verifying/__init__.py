"""Checking a whole ledger from its octets: what is wrong with it, all of it, and where."""
