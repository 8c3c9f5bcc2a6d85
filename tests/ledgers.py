"""Ledgers for tests: random ones for laws, and a small one that examples start from.

The alphabets are small, so that entries meet: on one day, in one budget, under one decision.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import attrs
from hypothesis import strategies as st

from styrledger.basis import Basis
from styrledger.events.base import Event, Kind
from styrledger.events.budgets import (
    BudgetAdopted,
    BudgetDistributed,
    BudgetEarmarked,
    BudgetPlanned,
    BudgetRevised,
    BudgetStated,
    BudgetTransferred,
    Cause,
    Place,
    Stated,
)
from styrledger.events.corrections import EntryCorrected, EntryWithdrawn
from styrledger.events.decisions import DecisionAnnulled, DecisionConditionMet, MinutesApproved
from styrledger.events.entry import Entry, Recorded
from styrledger.events.outcomes import ForecastReported, OutcomeReported
from styrledger.events.units import (
    UnitActivated,
    UnitClosed,
    UnitDeactivated,
    UnitMoved,
    UnitRegistered,
    UnitRenamed,
)
from styrledger.history import Pending
from styrledger.ledger import Ledger
from styrledger.projections.base import described
from styrledger.projections.budgets import Budget
from styrledger.reference import Reference
from styrledger.references import DecisionRef
from styrledger.view import View

START = datetime(2020, 1, 15, 12, tzinfo=UTC)
TICK = timedelta(hours=1)

UNITS = ("KF", "KS", "SN")
YEARS = (2020, 2021)
KINDS: tuple[Kind, ...] = get_args(Kind)
AMOUNTS = ("1 tkr", "2,5 tkr", "-1 tkr", "0 tkr", "0,3 mnkr", "ca 4 mnkr", "200 kr")
LINES = ("A", "A/B", "A/B/C", "D")
PURPOSES = ("P", "Q")
EFFECTIVE = ("2019-12-01", "2020-03-10", "2020-06-30", "2020-06", "2020")
DAYS = (
    date(2019, 11, 30),
    date(2019, 12, 31),
    date(2020, 3, 10),
    date(2020, 6, 29),
    date(2020, 6, 30),
    date(2020, 12, 31),
)
DECISIONS = (
    DecisionRef("KF", "2020-03-10", 1),
    DecisionRef("KF", "2020-03-10", 2),
    DecisionRef("KS", "2020-03-10", 1),
    DecisionRef("KF", "2020-03-10"),
    DecisionRef(None, "2020-03-10", 2),
    DecisionRef("KS", "2020-06", 3),
    DecisionRef("KF", "2020-06-30", 9, "KS 2020/31"),
    DecisionRef("KF", None, 7),
)

Commits = Sequence[Sequence[Entry]]


# -- examples


@attrs.define
class SetClock:
    """A clock that shows what it is set to."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Return what it shows."""
        return self.now


@contextmanager
def new_ledger(path: Path | str, clock: SetClock | None = None) -> Generator[Ledger]:
    """Open a new ledger in which the units KF (#1), KS (#2) and SN (#3) are registered."""
    with Ledger.create(path, organisation="Prov", clock=clock or SetClock()) as ledger:
        ledger.record(*(register(unit) for unit in UNITS))
        yield ledger


def register(unit: str) -> Entry:
    """Return the entry that registers a unit as 2019 began."""
    return Entry(UnitRegistered(unit=unit, kind="board"), effective="2019-01-01")


def adopted(amount: str, decision: str, **fields: Any) -> Entry:
    """Return the entry that sets the operating budget of KS for 2020."""
    return Entry(BudgetAdopted(unit="KS", year=2020, amount=amount), decision, **fields)


def revised(amount: str, decision: str | None, **fields: Any) -> Entry:
    """Return the entry that changes the operating budget of KS for 2020."""
    return Entry(BudgetRevised(unit="KS", year=2020, amount=amount), decision, **fields)


def corrected(target: str, replacement: Entry) -> Entry:
    """Return the correction that puts ``replacement`` in the target's place."""
    return Entry(EntryCorrected(target=target, reason="Felskrivet.", replacement=replacement))


def withdrawn(target: str) -> Entry:
    """Return the withdrawal of the target."""
    return Entry(EntryWithdrawn(target=target, reason="Skulle inte ha registrerats."))


# -- random ledgers

_units = st.sampled_from(UNITS)
_years = st.sampled_from(YEARS)
_kinds = st.sampled_from(KINDS)
_amounts = st.sampled_from(AMOUNTS)
_lines = st.sampled_from(LINES)
_maybe_line = st.none() | _lines
_maybe_purpose = st.none() | st.sampled_from(PURPOSES)
_decisions = st.sampled_from(DECISIONS)
_effective = st.sampled_from(EFFECTIVE)
_budget: dict[str, st.SearchStrategy[Any]] = {"unit": _units, "year": _years, "kind": _kinds}

_places = st.builds(Place, unit=_units, line=_maybe_line)
_moved = st.sampled_from(["1 tkr", "0,3 mnkr", "200 kr"])


@st.composite
def _transfers(draw: st.DrawFn) -> BudgetTransferred:
    from_, to = draw(st.lists(_places, min_size=2, max_size=2, unique=True))
    return BudgetTransferred(draw(_years), from_, to, draw(_moved), draw(_kinds))


_plans = st.builds(BudgetPlanned, **_budget, amount=_amounts)
_distributions = st.builds(BudgetDistributed, **_budget, line=_lines, amount=_amounts)
_earmarks = st.builds(
    BudgetEarmarked, **_budget, purpose=st.sampled_from(PURPOSES), amount=_amounts
)
_statements = st.builds(
    BudgetStated,
    year=_years,
    kind=_kinds,
    amount=_amounts,
    unit=st.none() | _units,
    line=_maybe_line,
    purpose=_maybe_purpose,
    on=st.none() | _effective,
    of=st.sampled_from(get_args(Stated)),
)
_part_used = st.sampled_from([{}, {}, *({"line": line} for line in LINES), {"purpose": "P"}])


@st.composite
def _outcomes(draw: st.DrawFn) -> OutcomeReported:
    return OutcomeReported(
        unit=draw(_units),
        year=draw(_years),
        kind=draw(_kinds),
        through=draw(st.sampled_from(["2020-04-30", "2020-08-31"])),
        amount=draw(_amounts),
        **draw(_part_used),
    )


_forecasts = st.builds(ForecastReported, **_budget, line=_maybe_line, amount=_amounts) | st.builds(
    ForecastReported, **_budget, line=_maybe_line, deviation=_amounts
)
_totals = st.one_of(
    st.builds(BudgetAdopted, **_budget, amount=_amounts),
    st.builds(
        BudgetRevised,
        **_budget,
        amount=_amounts,
        cause=st.sampled_from(get_args(Cause)),
        line=_maybe_line,
    ),
    _transfers(),
)
_rulings = st.builds(DecisionAnnulled, target=_decisions) | st.builds(
    DecisionConditionMet, target=_decisions
)
_two_units = st.lists(_units, min_size=2, max_size=2, unique=True)
_units_changed: st.SearchStrategy[Event] = st.one_of(
    _two_units.map(lambda two: UnitMoved(*two)),
    st.builds(UnitRenamed, unit=_units, name=st.sampled_from(["Styrelsen", "Nämnden"])),
    st.builds(UnitActivated, unit=_units, level=st.none() | st.just("stabsläge")),
    st.builds(UnitDeactivated, unit=_units),
    st.builds(UnitClosed, unit=_units),
    _two_units.map(lambda two: UnitClosed(*two)),
)
_moving_no_total: st.SearchStrategy[Event] = st.one_of(
    _plans, _distributions, _earmarks, _statements, _outcomes(), _forecasts
)
_events: st.SearchStrategy[Event] = st.one_of(
    _totals, _totals, _moving_no_total, _rulings, _units_changed
)
_stages = st.sampled_from(["decided", "decided", "decided", "conditional", "proposed"])


@st.composite
def entries(
    draw: st.DrawFn,
    events: st.SearchStrategy[Event] = _events,
    stages: st.SearchStrategy[Any] = _stages,
) -> Entry:
    """Draw an entry that any ledger with the opening entries takes, but corrections."""
    stage = draw(stages)
    conditional = stage == "conditional"
    decision = draw(_decisions if conditional else st.none() | _decisions)
    undated = decision is None or decision.date is None
    return Entry(
        draw(events),
        decision,
        draw(_effective if undated else st.none() | _effective),
        stage=stage,
        condition="Om staten betalar." if conditional else None,
        note=draw(st.none() | st.just("Anmärkning.")),
    )


def entries_that_move_no_total() -> st.SearchStrategy[Entry]:
    """Draw plans, parts, earmarks, statements, outcomes and forecasts, and any proposal."""
    return st.one_of(
        entries(_moving_no_total, st.just("decided")), entries(_totals, st.just("proposed"))
    )


def decided_entries() -> st.SearchStrategy[Entry]:
    """Draw entries about budgets that count from their effective date."""
    return entries(st.one_of(_totals, _moving_no_total), st.just("decided"))


NEW_UNIT = "NY"
OPENING = (
    *(register(unit) for unit in UNITS),
    register(NEW_UNIT),
    # Every decision has an entry that rests on it, so that any may be annulled.
    *(Entry(MinutesApproved(target=ref), ref, "2019-12-01") for ref in DECISIONS),
)
"""What random ledgers begin with; no later entry but a correction names ``NEW_UNIT``."""


class _Draft:
    """The ledger drawn so far: which slot each position is in, and what has a key."""

    def __init__(self) -> None:
        self.slots: dict[int, int] = {}
        self.keyed: dict[int, Entry] = {}

    def add(self, entry: Entry, slot: int | None = None) -> None:
        """Take the next entry, an amendment into the slot of its target."""
        position = len(self.slots) + 1
        self.slots[position] = position if slot is None else slot
        if entry.key is not None:
            self.keyed[position] = entry

    def targets(self) -> list[int]:
        """Return the positions that a correction may be about: not the decisions' entries."""
        anchors = range(len(UNITS) + 2, len(OPENING) + 1)
        return [position for position, slot in self.slots.items() if slot not in anchors]


@st.composite
def ledgers(draw: st.DrawFn) -> Commits:
    """Draw the commits of a ledger, the opening entries first; none of them is refused."""
    draft = _Draft()
    for entry in OPENING:
        draft.add(entry)
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    return [OPENING, *([_drawn(draw, draft) for _ in range(size)] for size in sizes)]


def _drawn(draw: st.DrawFn, draft: _Draft) -> Entry:
    choice = draw(st.sampled_from(["new", "amendment", "new", "amendment", "repeat"]))
    if choice == "repeat" and draft.keyed:
        return draw(st.sampled_from(list(draft.keyed.values())))
    slot = None
    if choice == "amendment":
        target = draw(st.sampled_from(draft.targets()))
        slot = draft.slots[target]
        entry = draw(_amendments(draft, target))
    else:
        entry = draw(entries())
    if draw(st.integers(0, 2)) == 0:
        entry = attrs.evolve(entry, key=f"nyckel {len(draft.slots) + 1}")
    draft.add(entry, slot)
    return entry


@st.composite
def _amendments(draw: st.DrawFn, draft: _Draft, target: int) -> Entry:
    slot = draft.slots[target]
    keyed = draft.keyed.get(target)
    named = [f"#{target}"] if keyed is None else [f"#{target}", str(keyed.key)]
    name = draw(st.sampled_from(named))
    registered = OPENING[slot - 1].event if slot <= len(UNITS) + 1 else None
    in_use = slot <= len(UNITS)
    # The units that other entries name stay registered.
    withdraws = draw(st.booleans()) and not (in_use and target == slot)
    if withdraws:
        return Entry(EntryWithdrawn(target=name, reason="Fel."), draw(st.none() | _decisions))
    if isinstance(registered, UnitRegistered):
        replacement = draw(_registrations(registered.unit))
    else:
        replacement = draw(entries())
    if keyed is not None and draw(st.booleans()):
        replacement = attrs.evolve(replacement, key=keyed.key)
    return Entry(EntryCorrected(target=name, reason="Fel.", replacement=replacement))


def _registrations(unit: str) -> st.SearchStrategy[Entry]:
    event = st.builds(
        UnitRegistered,
        unit=st.just(unit),
        kind=st.sampled_from(["board", "council"]),
        name=st.none() | st.just("Rättat namn"),
    )
    return st.builds(Entry, event, effective=_effective)


@st.composite
def bases(draw: st.DrawFn) -> tuple[date, int, bool]:
    """Draw a day, how much is known (taken modulo the ledger's length) and the legal view."""
    return draw(st.sampled_from(DAYS)), draw(st.integers(0, 60)), draw(st.booleans())


# -- from commits to ledgers, and from ledgers to answers


def log_of(commits: Commits) -> list[Recorded]:
    """Return what a ledger holds after the commits, without making one."""
    log: list[Recorded] = []
    keys: set[str] = set()
    for number, commit in enumerate(commits):
        for entry in commit:
            if entry.key is not None and entry.key in keys:
                continue
            keys |= {entry.key} if entry.key is not None else set()
            log.append(Recorded(len(log) + 1, START + number * TICK, entry))
    return log


@contextmanager
def ledger_file() -> Generator[Path]:
    """Give a free path for a ledger, gone with all beside it afterwards."""
    with TemporaryDirectory() as folder:
        yield Path(folder) / "prov.db"


@contextmanager
def recorded(commits: Commits) -> Generator[Ledger]:
    """Give a ledger in a file in which the commits were recorded, one tick apart."""
    clock = SetClock()
    with ledger_file() as path, Ledger.create(path, organisation="Prov", clock=clock) as ledger:
        for commit in commits:
            ledger.record(*commit)
            clock.now += TICK
        yield ledger


def view_of(log: Sequence[Recorded], on: date, known: int, *, void_annulled: bool = False) -> View:
    """Return the view of a log on a day by the plain reference fold."""
    recorded_at = log[known - 1].recorded_at if known else None
    basis = Basis(on, known, recorded_at, void_annulled=void_annulled)
    return View(Reference(log), basis)


def answers(view: View) -> list[object]:
    """Return all that a view answers but its basis, whole and with trails, to compare by ``==``."""
    found: list[object] = [*view.units()]
    for year, kind in product(YEARS, KINDS):
        found += [view.budgets(year, kind), view.planned(year, kind), view.pending(year, kind)]
        found += [view.budget(unit, year, kind) for unit in UNITS]
        found.append(view.pending(year, kind, "KS"))
    return found


def as_json(answered: Sequence[object]) -> str:
    """Return answers as JSON, in which amounts stand as they are printed."""
    return json.dumps(answered, default=_as_dict, ensure_ascii=False)


def _as_dict(value: Any) -> object:
    if isinstance(value, Pending):
        return described(value.fact)
    if isinstance(value, Budget):
        trails = [step.as_dict() for line in value.lines for step in line.trail]
        return [value.as_dict(), value.planned and value.planned.as_dict(), trails]
    return value.as_dict()
