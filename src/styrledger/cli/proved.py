"""The two sources that a receipt has: a ledger that is watched, and the entries of a bundle."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Never, cast

import attrs

from styrledger import stored
from styrledger.basis import Basis
from styrledger.bundles import Bundle, ProvedEntry
from styrledger.cli.sources import Filters
from styrledger.errors import BundleError, Fault
from styrledger.events.entry import Recorded
from styrledger.ledger import Ledger
from styrledger.projections.keeper import filed
from styrledger.projections.searching import history
from styrledger.projections.tables import ViewFile
from styrledger.reference import Reference
from styrledger.times import instant
from styrledger.trail import Trailed, trail
from styrledger.tree import EMPTY_ROOT
from styrledger.view import View


class Watching:
    """A ledger asked on given bases; ``positions`` are of the entries that it answers from."""

    def __init__(self, ledger: Ledger, views: Mapping[str, View]) -> None:
        self._ledger = ledger
        watched = {which: ledger.watch(view) for which, view in views.items()}
        self._views = {which: view for which, (view, _) in watched.items()}
        self._sets = [positions for _, positions in watched.values()]
        self._known = max(view.basis.position for view in views.values())

    @property
    def positions(self) -> set[int]:
        """The entries that the answers so far follow from."""
        return set[int]().union(*self._sets)

    def view(
        self,
        on: str | None = None,
        known: str | None = None,
        *,
        void_annulled: bool = False,
        which: str = "",
    ) -> View:
        """Return the view of the name: its basis was chosen when the question was asked."""
        del on, known, void_annulled
        return self._views[which]

    def history(self, filters: Filters) -> Sequence[Recorded]:
        """Return the entries that meet every filter, in the order of recording."""
        found = [*self._ledger.history(known=self._known, **attrs.asdict(filters))]
        self._sets.append({one.position for one in found})
        return found

    def trail(self, subject: str) -> tuple[Trailed, ...]:
        """Return all that was ever recorded about a subject."""
        found, positions = self._ledger.watch_trail(subject, self._known)
        self._sets.append(positions)
        return found


class Proved:
    """The entries of a bundle, which is verified already, and the bases that its answer tells."""

    def __init__(self, bundle: Bundle, told: Mapping[str, Any]) -> None:
        """Begin with a bundle and the answer in it.

        Raises:
            BundleError: the answer tells no basis that the bundle proves.
        """
        self._entries = bundle.entries
        log = [recorded for entry in bundle.entries for recorded in _recorded(entry)]
        reference = _Reference(bundle, log)
        self._bases = _bases(bundle, told, log)
        self._views = {which: View(reference, basis) for which, basis in self._bases.items()}

    def view(
        self,
        on: str | None = None,
        known: str | None = None,
        *,
        void_annulled: bool = False,
        which: str = "",
    ) -> View:
        """Return the view of the name, on the basis that the answer tells.

        Raises:
            BundleError: it tells another number of them.
        """
        del on, known, void_annulled
        if which not in self._views:
            _refuse("the answer has another kind of basis", "that of its question")
        return self._views[which]

    def history(self, filters: Filters) -> Sequence[Recorded]:
        """Return the entries that meet every filter, in the order of recording."""
        return [*history(self._view_file(), self._known, **attrs.asdict(filters))]

    def trail(self, subject: str) -> tuple[Trailed, ...]:
        """Return all that was ever recorded about a subject."""
        return trail(self._view_file(), subject, self._known)

    @property
    def _known(self) -> int:
        return max(basis.position for basis in self._bases.values())

    def _view_file(self) -> ViewFile:
        """Return the entries filed as in a ledger, in memory."""
        return filed(ViewFile(None, None), [one.row for one in self._entries])


class _Reference(Reference):
    """The entries of a bundle as a log, sealed by the roots that the bundle proves."""

    def __init__(self, bundle: Bundle, log: Iterable[Recorded]) -> None:
        super().__init__(log)
        self._roots = _roots(bundle)

    def root(self, position: int) -> Any:
        """Return the root over the entries up to a position, None where it is not proved."""
        root = self._roots.get(position)
        return None if root is None else b64encode(root).decode()


def _roots(bundle: Bundle) -> dict[int, bytes]:
    grown = {one.size: one.root for one in bundle.growth}
    return {0: EMPTY_ROOT, **grown, bundle.sealed.size: bundle.sealed.root}


def _recorded(entry: ProvedEntry) -> tuple[Recorded, ...]:
    recorded = stored.decode(entry.name, entry.state)
    if recorded[0].position != entry.position:
        _refuse(f"#{entry.position} says that it is #{recorded[0].position}", "its own position")
    return recorded


def _bases(bundle: Bundle, told: Mapping[str, Any], log: Sequence[Recorded]) -> dict[str, Basis]:
    """Return each basis that an answer tells, as far as it follows from the entries."""
    told_basis = told.get("basis")
    if not isinstance(told_basis, dict):
        _refuse("the answer tells no basis", "on, known and root")
    told_bases = cast("dict[str, Any]", told_basis)
    both = told_bases if "from" in told_bases else {"": told_bases}
    bases = {which: _basis(one, log, _roots(bundle)) for which, one in both.items()}
    size = bundle.sealed.size
    if max(one.position for one in bases.values()) != size:
        known = " and ".join(f"#{one.position}" for one in bases.values())
        _refuse(f"the answer is as known at {known}", f"the checkpoint's {size} entries")
    return bases


def _basis(told: Any, log: Iterable[Recorded], roots: Mapping[int, bytes]) -> Basis:
    try:
        on = date.fromisoformat(told["on"])
        void = bool(told.get("void_annulled", False))
        position, recorded_at = told["known"]["position"], told["known"]["recorded_at"]
        last = next((one.recorded_at for one in log if one.position == position), None)
        proved = type(position) is int and position in roots
    except (LookupError, TypeError, ValueError, AttributeError):
        _refuse("the answer tells no basis", "on, known and root")
    if not proved or recorded_at != (None if last is None else instant(last)):
        what = f"the answer is as known at {position!r} ({recorded_at!r})"
        _refuse(what, f"one of {', '.join(f'#{one}' for one in sorted(roots))} and its instant")
    return Basis(on, position, last, void_annulled=void)


def _refuse(what: str, expected: str) -> Never:
    raise BundleError(Fault(what, expected)) from None
