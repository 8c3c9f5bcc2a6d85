"""What every test stands on: Hypothesis's profiles and a clean environment."""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline: how long an example takes says more about the machine than about the law under
# test. Every run searches new ground and prints the blob that repeats a failure; but for CI,
# which says of one commit the same each time.
settings.register_profile(
    "styrledger", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI"))
)
# pytest --hypothesis-profile=thorough: ten times as many examples, for a change to the fold.
settings.register_profile("thorough", settings.get_profile("styrledger"), max_examples=1000)
settings.load_profile("styrledger")


def pytest_configure() -> None:
    """Forget the ledger of whoever runs the tests; a test names its own."""
    os.environ.pop("STYRLEDGER_LEDGER", None)
