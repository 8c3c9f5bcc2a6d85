"""What a ledger is measured beside: the same entries in other systems, which answer the same."""
