"""The example ledgers that come with the package."""

from __future__ import annotations

from pathlib import Path

from styrledger.errors import FileUnreadable

ORGANISATIONS = {
    "haninge_2020": "Haninge kommun",
    "haparanda_kommunkompassen": "Haparanda kommun",
    "haparanda_ledningsgrupp": "Haparanda stad",
    "hedemora_styrmodell": "Hedemora kommun",
    "nordanstig_2021": "Nordanstigs kommun",
}
"""Each example, a folder of record files, and whose decisions it holds."""


def record_files(example: str) -> list[Path]:
    """Return the record files of an example, in the order in which they build its ledger.

    Raises:
        FileUnreadable: the package was installed without its examples.
    """
    package = Path(__file__).parent
    # Installed, the examples lie in the package; in a checkout, beside src.
    for folder in (package / "examples", package.parents[1] / "examples"):
        files = sorted((folder / example).glob("*.jsonl"))
        if files:
            return files
    raise FileUnreadable(str(package / "examples" / example), "there is no such example")
