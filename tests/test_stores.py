"""One ledger, two stores: what is promised holds in a file and on a PostgreSQL server alike."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from styrledger.errors import (
    EntriesRefused,
    LedgerClosed,
    LedgerExists,
    LedgerNotFound,
    LedgerReadOnly,
    UnknownPosition,
)
from styrledger.ledger import Ledger
from styrledger.store import create_log, read_place
from styrledger.store.log import Identity

from .commands import answer, one_krona, python, run
from .ledgers import (
    START,
    TICK,
    UNITS,
    Commits,
    SetClock,
    adopted,
    answers,
    corrected,
    ledgers,
    register,
    revised,
    view_of,
    withdrawn,
)
from .postgres import Cluster

FRAME = adopted("227,7 mnkr", "KF 2019-06-10 § 109", key="ram")
RAISE = revised("2,0 mnkr", "KF 2020-02-10 § 9", key="höjning")


@pytest.fixture(name="ledger")
def _ledger(place: str) -> Any:
    """Give a new ledger in which the units KF (#1), KS (#2) and SN (#3) are registered."""
    with Ledger.create(place, organisation="Prov", clock=SetClock()) as ledger:
        ledger.record(*map(register, UNITS))
        yield ledger


def budget(ledger: Ledger, **basis: Any) -> str:
    return str(ledger.as_of("2020-12-31", **basis).budget("KS", 2020).amount)


# -- recording and asking


def test_a_new_ledger_is_empty_and_says_whose_it_is(place: str) -> None:
    with Ledger.create(place, organisation="Prov \\ 'och' mera", clock=SetClock()) as made:
        with Ledger.open(place) as opened:
            assert opened.identity == made.identity
        assert (made.head(), made.identity.organisation) == (0, "Prov \\ 'och' mera")
        assert made.as_of("2020-12-31").units() == ()


def test_what_was_recorded_is_answered(ledger: Ledger, place: str) -> None:
    assert [one.position for one in ledger.record(FRAME, RAISE)] == [4, 5]
    assert budget(ledger) == "229,7 mnkr"
    assert budget(ledger, known=4) == "227,7 mnkr"
    with Ledger.open(place, read_only=True) as another:
        assert answers(another.as_of("2020-12-31")) == answers(ledger.as_of("2020-12-31"))


def test_a_correction_keeps_both_values(ledger: Ledger) -> None:
    ledger.record(FRAME)
    ledger.record(corrected("ram", adopted("228 mnkr", "KF 2019-06-10 § 109", key="ram")))
    assert (budget(ledger), budget(ledger, known=4)) == ("228 mnkr", "227,7 mnkr")
    ledger.record(withdrawn("#5"))
    assert budget(ledger) == "227,7 mnkr"


def test_a_refused_commit_keeps_nothing_and_leaves_no_gap(ledger: Ledger) -> None:
    for _ in range(3):
        with pytest.raises(EntriesRefused):
            ledger.record(FRAME, revised("1 kr", "KF 2020-02-10 § 9", key="ram"))
    assert ledger.head() == 3
    assert [one.position for one in ledger.record(FRAME)] == [4]


def test_a_dry_run_keeps_nothing(ledger: Ledger) -> None:
    done = ledger.record_all([FRAME, RAISE], dry_run=True)
    assert (done.first, done.last) == (4, 5)
    assert (ledger.head(), [one.position for one in ledger.record(FRAME)]) == (3, [4])


def test_the_same_key_again_records_nothing(ledger: Ledger) -> None:
    (first,) = ledger.record(FRAME)
    assert ledger.record(FRAME, RAISE)[0] == first
    assert ledger.head() == 5
    with pytest.raises(EntriesRefused, match="ram"):
        ledger.record(adopted("1 tkr", "KF 2019-06-10 § 109", key="ram"))


def test_a_commit_longer_than_a_page_is_one_commit(ledger: Ledger) -> None:
    many = [revised("1 kr", "KF 2020-02-10 § 9", key=str(number)) for number in range(2500)]
    late = revised("1 kr", "KF 2020-02-10 § 9", key="ram")
    with pytest.raises(EntriesRefused):
        ledger.record(FRAME, *many, late)
    assert ledger.head() == 3
    assert len(ledger.record(FRAME, *many)) == 2501
    rows = [*ledger.rows()]
    assert [row.position for row in rows] == [*range(1, 2505)]
    assert [row.version for row in rows if row.stream == "budget/2020"] == [*range(1, 2502)]
    assert budget(ledger) == "227 702 500 kr"


def test_the_time_of_recording_never_runs_backwards(place: str) -> None:
    clock = SetClock()
    with Ledger.create(place, organisation="Prov", clock=clock) as ledger:
        ledger.record(register("KF"))
        clock.now -= timedelta(days=1)
        ledger.record(register("KS"))
        times = [one.recorded_at for one in ledger.history()]
    assert times == [START, START]


def test_two_that_have_a_ledger_open_see_what_the_other_records(ledger: Ledger, place: str) -> None:
    with Ledger.open(place, clock=SetClock()) as other:
        other.record(FRAME)
        assert budget(ledger) == "227,7 mnkr"
        ledger.record(RAISE)
        assert budget(other) == "229,7 mnkr"
        assert [one.position for one in other.record(revised("1 kr", "KF 2020-06-08 § 1"))] == [6]


def test_views_that_were_lost_are_built_again(ledger: Ledger, place: str) -> None:
    ledger.record(FRAME, RAISE)
    before = answers(ledger.as_of("2020-12-31"))
    kept = ledger.view_path
    assert kept is not None
    ledger.close()
    kept.unlink()
    with Ledger.open(place) as again:
        assert answers(again.as_of("2020-12-31")) == before


# -- the same on both


def test_both_stores_hold_the_same_octets_and_root(tmp_path: Path, cluster: Cluster) -> None:
    """Two ledgers of one identity and clock are one ledger, whatever keeps them."""
    found: list[object] = []
    identity = Identity("7c1ad0b6-58d9-4c52-a4d5-0e6f43b5a0d1", "Prov", 1, START)
    for place in (str(tmp_path / "a.db"), cluster.url("same_octets")):
        create_log(read_place(place), identity).close()
        clock = SetClock()
        with Ledger.open(place, clock=clock) as ledger:
            for commit in ([*map(register, UNITS)], [FRAME], [RAISE, withdrawn("ram")]):
                clock.now += TICK
                ledger.record(*commit)
            basis = ledger.as_of("2020-12-31").basis
            found.append((basis, ledger.checkpoint(), [*ledger.rows()], ledger.issued()))
    assert found[0] == found[1]


_numbers = count(1)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ledgers(), st.sampled_from(["2020-03-10", "2020-06-30", "2020-12-31"]), st.data())
def test_random_ledgers_answer_alike_on_both_and_as_the_plain_fold(
    tmp_path: Path, cluster: Cluster, commits: Commits, on: str, data: st.DataObject
) -> None:
    name = f"random_{next(_numbers)}"
    found: list[object] = []
    known = None
    for place in (str(tmp_path / f"{name}.db"), cluster.url(name)):
        clock = SetClock()
        with Ledger.create(place, organisation="Prov", clock=clock) as ledger:
            for commit in commits:
                ledger.record(*commit)
                clock.now += TICK
            if known is None:
                known = data.draw(st.integers(0, ledger.head()))
            view = ledger.as_of(on, known=known)
            found.append((view.basis, answers(view)))
            assert answers(view) == answers(
                view_of([*ledger.history()], date.fromisoformat(on), known)
            )
    assert found[0] == found[1]


# -- what is refused


def test_a_place_that_is_taken_is_left_alone(ledger: Ledger, place: str) -> None:
    with pytest.raises(LedgerExists):
        Ledger.create(place, organisation="Annan")
    assert run("init", place, "--organisation", "Annan").exit_code == 2
    assert [unit.unit for unit in ledger.as_of("2020-12-31").units()] == [*UNITS]


def test_a_place_without_a_ledger_cannot_be_opened(place: str) -> None:
    with pytest.raises(LedgerNotFound):
        Ledger.open(place)
    assert run("units", "--ledger", place).exit_code == 2


def test_a_ledger_that_was_opened_for_reading_records_nothing(ledger: Ledger, place: str) -> None:
    with Ledger.open(place, read_only=True) as reader, pytest.raises(LedgerReadOnly):
        reader.record(FRAME)
    assert ledger.head() == 3


def test_a_closed_ledger_answers_no_more(ledger: Ledger) -> None:
    ledger.close()
    with pytest.raises(LedgerClosed):
        ledger.head()


def test_a_position_that_is_not_there_yet_is_not_known(ledger: Ledger) -> None:
    with pytest.raises(UnknownPosition):
        ledger.as_of("2020-12-31", known=4)


# -- checkpoints and the check


def test_a_checkpoint_is_kept_and_given_again(ledger: Ledger, place: str) -> None:
    text = ledger.checkpoint()
    assert (ledger.checkpoint(), [one.text for one in ledger.issued()]) == (text, [text])
    ledger.record(FRAME)
    later = ledger.checkpoint()
    with Ledger.open(place) as again:
        assert [one.text for one in again.issued()] == [text, later]


def test_a_ledger_as_it_was_recorded_is_found_whole(ledger: Ledger, place: str) -> None:
    ledger.record(FRAME, RAISE)
    ledger.record(corrected("ram", adopted("228 mnkr", "KF 2019-06-10 § 109", key="ram")))
    ledger.checkpoint()
    root = ledger.as_of().basis.root
    ledger.close()
    found = answer("verify", "--ledger", place)
    assert (found["faults"], found["entries"], found["root"]) == ([], 6, root)
    assert found["views"] == "compared up to #6"


# -- many at once

RECORDER = """
import json, sys
from styrledger.codec import read_entry
from styrledger.ledger import Ledger
place, commits = json.load(sys.stdin)
with Ledger.open(place) as ledger:
    for commit in commits:
        print(json.dumps([one.position for one in ledger.record(*map(read_entry, commit))]))
"""
READER = """
import json, sys
from styrledger.ledger import Ledger
known = 0
with Ledger.open(sys.argv[1], read_only=True) as ledger:
    while known < int(sys.argv[2]):
        view = ledger.as_of("2020-12-31")
        amount, known = view.budget("KS", 2020).amount, view.basis.position
        print(json.dumps([known, 0 if amount is None else amount.ore]), flush=True)
"""
WRITERS, COMMITS, SIZE = 4, 12, 3


def test_writers_at_once_lose_nothing_and_readers_see_no_half_commit(
    ledger: Ledger, place: str
) -> None:
    ledger.record(adopted("0 kr", "KF 2019-06-10 § 109"))
    end = 4 + WRITERS * COMMITS * SIZE
    reader = python(READER, place, str(end))
    writers = [python(RECORDER) for _ in range(WRITERS)]
    for number, writer in enumerate(writers):
        kronor = [one_krona(number, each) for each in range(COMMITS * SIZE)]
        commits = [kronor[at : at + SIZE] for at in range(0, len(kronor), SIZE)]
        assert writer.stdin is not None
        json.dump([place, commits], writer.stdin)
        writer.stdin.close()
    given = [json.loads(line) for writer in writers for line in writer.stdout or ()]
    seen = [json.loads(line) for line in reader.stdout or ()]
    for process in (*writers, reader):
        with process:
            assert (process.stderr.read() if process.stderr else "", process.wait()) == ("", 0)
    assert sorted(position for commit in given for position in commit) == [*range(5, end + 1)]
    assert all(commit == [*range(commit[0], commit[0] + SIZE)] for commit in given)
    assert all(ore == (known - 4) * 100 for known, ore in seen if known)
    assert all((known - 4) % SIZE == 0 for known, _ in seen)
    assert [row.position for row in ledger.rows()] == [*range(1, end + 1)]
    assert ledger.verify().ok


# -- every command

ON = ("--on", "2020-12-31", "--json")
EVERY: Sequence[tuple[str, ...]] = (
    ("budget", "--year", "2020", *ON),
    ("uppdrag", *ON),
    ("minutes", "KF", *ON),
    ("decisions", *ON),
    ("goals", *ON),
    ("indicators", *ON),
    ("evaluations", *ON),
    ("controls", *ON),
    ("documents", *ON),
    ("calendar", *ON),
    ("units", *ON),
    ("check", *ON),
    ("log", "--text", "budget", "--json"),
    ("trail", "budget/KS/2020/operating", "--json"),
    ("diff", "budget", "KS", "--year", "2020", "--from-on", "2020-01-01", "--to-on", "2020-12-31"),
    ("prove", "3", "17"),
    ("prove", "uppdrag", "--on", "2020-06-30"),
    ("report", "--year", "2020", "--on", "2020-12-31"),
    ("checkpoint",),
    ("export", "-"),
)


def test_every_command_answers_the_same_wherever_the_ledger_is(
    tmp_path: Path, cluster: Cluster
) -> None:
    example = Path(__file__).parent.parent / "examples" / "haninge_2020"
    file, url = str(tmp_path / "haninge.db"), cluster.url("haninge")
    with Ledger.create(file, organisation="Haninge kommun"):
        pass
    assert run("record", *sorted(example.glob("*.jsonl")), "--ledger", file).exit_code == 0
    assert run("export", tmp_path / "kopia", "--ledger", file).exit_code == 0
    assert run("restore", tmp_path / "kopia", "--ledger", url).exit_code == 0
    for command in EVERY:
        asked = [run(*command, "--ledger", place) for place in (file, url)]
        assert asked[0].stdout == asked[1].stdout != ""
        assert asked[0].exit_code == asked[1].exit_code != 2


def test_the_environment_names_a_ledger_on_a_server_too(ledger: Ledger, place: str) -> None:
    assert ledger.head() == 3
    found = run("units", "--json", env={"STYRLEDGER_LEDGER": place})
    assert len(json.loads(found.stdout)["units"]) == 3
