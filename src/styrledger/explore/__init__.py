"""A local, read-only web explorer of one ledger, on Datasette (the extra ``explore``)."""
