"""Where a subject is shown: the page that tells of it, if there is one."""

from __future__ import annotations

from styrledger import subjects
from styrledger.explore.questions import Asked


def subject_link(asked: Asked, subject: str) -> str:
    """Return the address of the page about a subject; of all that was recorded of it if none."""
    kind, _, name = subject.partition("/")
    if subjects.asked_budget(subject) is not None and name.partition("/")[0] != subjects.WHOLE:
        return asked.link("/figure", subject=subject)
    if kind == "uppdrag":
        return asked.link("/uppdrag", id=name)
    if kind == "decision":
        return asked.link("/decision", ref=name)
    return asked.link("/ledger/about", subject=subject, known=asked.view.basis.position)
