"""How fast a ledger is beside its peers, on one workload: ``python -m benchmarks``."""
