"""The benchmarks: their workload is what it says, and the peers answer as the ledger does.

Nothing here is timed: what is fast on one machine is slow on another.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest

from benchmarks import answers, writing
from benchmarks.peers import duck, postgres
from benchmarks.peers.engine import Accounts, Engine
from benchmarks.peers.journals import JOURNALS, Journal
from benchmarks.peers.raw import Raw
from benchmarks.stage import Question, Stage, state_of
from benchmarks.table import Row, Target, exponent, markdown, number
from benchmarks.tasks import TASKS, Watch
from benchmarks.timing import apart, turns
from benchmarks.workload import (
    LATE_BY,
    YEARS,
    Line,
    Made,
    adopted,
    entries,
    lines_of,
    workload,
    write_jsonl,
)
from styrledger.events.budgets import BudgetDistributed, BudgetRevised, BudgetTransferred
from styrledger.events.corrections import EntryCorrected
from styrledger.events.decisions import DecisionAnnulled
from styrledger.exchange.records import read_entries
from styrledger.ledger import Ledger
from styrledger.stored import content

from .postgres import OWNER, Cluster

SIZE = 400


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Return a small stage, which every system holds."""
    made = Stage(tmp_path_factory.mktemp("stage"), SIZE)
    made.set()
    return made


@pytest.fixture(scope="module")
def ledger(stage: Stage) -> Generator[Ledger]:
    """Open the stage's ledger."""
    with Ledger.open(stage.ledger, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    """Return questions about every line, early and late, of which many are answered by 0."""
    asked: list[Question] = []
    for number_, line in enumerate(lines_of(SIZE)):
        on = adopted(line.year) + timedelta(days=(1 + number_ * 37) % LATE_BY)
        asked += [Question(line, on, known) for known in (SIZE, SIZE // 2 + number_)]
    return asked


def plain_sum(made: list[Made], asked: Question) -> int:
    """Return the sum of what was moved by a day, of what was known then."""
    return sum(
        move.ore
        for one in made[: asked.known]
        for move in one.moves
        if move.line == asked.line and move.effective <= asked.on
    )


def server(cluster: Cluster) -> str:
    """Return the address of a server, with no ledger in it."""
    return f"postgresql://{OWNER}@/postgres?host={cluster.folder}"


# -- the workload


def test_a_seed_always_gives_the_same_entries() -> None:
    assert [*entries(300, 7)] == [*entries(300, 7)]
    assert [*entries(300, 7)] != [*entries(300, 8)]
    assert len([*entries(300, 7)]) == 300


def test_more_entries_follow_the_same_ones() -> None:
    assert [*workload(300, 1, more=20)][:300] == [*workload(300, 1)]
    assert len([*workload(300, 1, more=20)]) == 320


def test_the_workload_has_late_entries_corrections_and_annulments() -> None:
    made = [*workload(4_000)]
    kinds = Counter(type(one.entry.event) for one in made)
    late = [
        (one.on - one.moves[0].effective).days
        for one in made
        if isinstance(one.entry.event, BudgetRevised | BudgetTransferred)
    ]
    assert 0.03 < sum(days > 0 for days in late) / len(made) < 0.07
    assert 700 < max(late) <= LATE_BY
    assert min(kinds[one] for one in (BudgetTransferred, EntryCorrected)) > 40
    assert kinds[DecisionAnnulled] > 5
    assert len([*lines_of(4_000)]) == 2 * len(YEARS)
    assert 250 < sum(len(content(one.entry)) for one in made) / len(made) < 350


def test_a_record_file_holds_the_entries(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "made.jsonl", entries(300))
    assert read_entries(tmp_path / "made.jsonl") == [*entries(300)]


# -- the same answers


def test_the_ledger_answers_what_the_workload_moved(
    ledger: Ledger, questions: list[Question]
) -> None:
    made = [*workload(SIZE)]
    found = [answers.one(ledger, asked) for asked in questions]
    assert found == [plain_sum(made, asked) for asked in questions]
    assert sum(map(bool, found)) > len(found) // 2


def test_raw_sqlite_answers_as_the_ledger(
    stage: Stage, ledger: Ledger, questions: list[Question]
) -> None:
    raw = Raw(stage.raw)
    for asked in questions:
        assert raw.one(asked.line, asked.on, asked.known) == answers.one(ledger, asked)
    for year in YEARS:
        on = adopted(year) + timedelta(days=LATE_BY)
        assert raw.all(year, on, SIZE) == answers.every(ledger, year, on, SIZE)
    raw.close()


def test_plain_eventsourcing_answers_as_the_ledger(
    stage: Stage, ledger: Ledger, questions: list[Question]
) -> None:
    raw, engine = Raw(stage.raw), Engine.at(stage.engine)
    for asked in questions:
        moves = raw.count(asked.line, asked.known)
        found = engine.one(asked.line, asked.on, 1 + moves) if moves else 0
        assert found == answers.one(ledger, asked)
    engine.close()
    raw.close()


@pytest.mark.skipif(not duck.is_installed(), reason="DuckDB is not installed")
def test_duckdb_answers_as_the_ledger(
    stage: Stage, ledger: Ledger, questions: list[Question]
) -> None:
    table = duck.Duck(stage.moves)
    for asked in questions:
        assert table.one(asked.line, asked.on, asked.known) == answers.one(ledger, asked)
    on = adopted(YEARS[3]) + timedelta(days=LATE_BY)
    assert table.all(YEARS[3], on, SIZE) == answers.every(ledger, YEARS[3], on, SIZE)
    table.close()


def test_postgresql_keeps_what_the_workload_moved(cluster: Cluster) -> None:
    made = [*workload(SIZE)]
    moved = sum(move.ore for one in made for move in one.moves)
    with postgres.database(server(cluster)) as url:
        raw = postgres.RawPostgres(url)
        for one in made:
            raw.append(one, state_of(one).encode())
        raw.close()
        with psycopg.connect(url) as connection:
            found = connection.execute("SELECT sum(ore) FROM moves").fetchone()
    with postgres.database(server(cluster)) as url:
        engine, accounts = Engine(**postgres.settings(url)), Accounts()
        for one in made:
            engine.save(accounts.events(one, state_of(one)))
        events = [getattr(event, "ore", 0) for event in engine.events()]
        engine.close()
    assert found == (moved,)
    assert sum(events) == moved


@pytest.mark.parametrize("journal", JOURNALS, ids=lambda one: one.name)
def test_a_journal_answers_as_the_ledger(stage: Stage, ledger: Ledger, journal: Journal) -> None:
    if not journal.is_installed():
        pytest.skip(f"{journal.name} is not installed")
    year = YEARS[10]
    on = adopted(year) + timedelta(days=LATE_BY)
    found = answers.every(ledger, year, on, SIZE)
    told = {journal.account(Line(unit, year, line)): ore for (unit, line), ore in found.items()}
    assert told
    assert journal.ask(stage.folder, year, on) == told


# -- the measures


def test_every_task_does_the_whole_work(stage: Stage) -> None:
    told = {name: task(stage, Watch()) for name, task in TASKS.items()}
    made = [*workload(SIZE)]
    events = [one.entry.event for one in made]
    set_or_revised = [e for e in events if isinstance(e, BudgetRevised | BudgetDistributed)]
    assert told.pop("grow_tree") == told.pop("hash_all")
    balances = told.pop("sum_up")
    with Ledger.open(stage.ledger, read_only=True) as opened:
        view = opened.as_of()
        assert balances == sum(len(view.balances(year)) for year in YEARS) > 0
    assert told == {
        "record_file": SIZE,
        "record_file_and_ask": SIZE,
        "engine_save": SIZE,
        "rebuild": SIZE,
        "decode": sum(event.amount.ore for event in set_or_revised),
        "engine_events": sum(move.ore for one in made for move in one.moves),
        "check_all": True,
        "check_summed": True,
        "prove": 100,
    }


def test_a_task_has_its_time_and_memory_to_itself(stage: Stage) -> None:
    found = apart("rebuild", stage.folder, stage.size, stage.seed)
    assert found.answer == SIZE
    assert found.seconds > 0
    assert 10 < found.peak < 200


def test_appends_reach_every_system(stage: Stage) -> None:
    rows = writing.appends(stage, count=2, rounds=3)
    peers = ["raw SQLite", "eventsourcing recorder", "eventsourcing save"]
    assert [row.peer for row in rows] == peers
    with Ledger.open(stage.folder / "appended.db", read_only=True) as appended:
        assert appended.head() == SIZE + 7
    raw = Raw(stage.folder / "raw_appended.db")
    more = stage.made_more(7)
    line = next(move.line for one in more for move in one.moves)
    found = raw.count(line, SIZE + 7) - raw.count(line, SIZE)
    assert found == sum(move.line == line for one in more for move in one.moves)
    raw.close()


def test_appends_to_postgresql_leave_no_database(cluster: Cluster) -> None:
    rows = writing.appends_to_postgres(server(cluster), size=100, count=2, rounds=2)
    assert [row.peer for row in rows] == ["raw PostgreSQL", "eventsourcing save"]
    with cluster.connect() as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^benchmark'")
        assert found.fetchall() == []


def test_contestants_take_turns_in_another_order_each_round() -> None:
    order: list[str] = []

    def run(name: str, measured: list[float]) -> float:
        order.append(name)
        return measured.pop()

    times = {"a": [1.0, 9.0, 2.0], "b": [4.0, 4.0, 5.0]}
    found = turns({name: partial(run, name, times[name]) for name in times}, rounds=3)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert found == {"a": 2.0, "b": 4.0}


@pytest.mark.parametrize(
    ("target", "found", "verdict"),
    [
        (Target(0.5, 0.65), 0.65, "met, and the aim"),
        (Target(0.5, 0.65), 0.64, "met"),
        (Target(0.5, 0.65), 0.49, "**missed**"),
        (Target(4, 2.5, at_least=False), 2.5, "met, and the aim"),
        (Target(4, 2.5, at_least=False), 4, "met"),
        (Target(4, 2.5, at_least=False), 4.01, "**missed**"),
    ],
)
def test_a_verdict_compares_with_both_bounds(target: Target, found: float, verdict: str) -> None:
    row = Row("a", 1_000_000, "1 ms", "b", "2 ms", found, target)
    assert row.cells()[-1] == verdict


def test_the_table_reads_as_markdown() -> None:
    row = Row("a", 1_000_000, "1 ms", "b", "2 ms", 0.5, Target(0.4, 0.3, at_least=False))
    assert [*markdown([row])] == [
        "| operation | entries | styrledger | beside | figure | must | aim | verdict |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        "| a | 1 000 000 | 1 ms | b 2 ms | 0.5 × | ≤ 0.4 × | ≤ 0.3 × | **missed** |",
    ]
    assert [number(value) for value in (1234567.8, 99.94, 0.01234)] == [
        "1 234 568",
        "99.9",
        "0.0123",
    ]


def test_growth_is_the_power_of_n() -> None:
    assert exponent([10, 100, 1000], [1.0, 7.0, 100.0]) == pytest.approx(1.0)


def test_one_command_measures_every_row_and_writes_the_page(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    command = ["-m", "benchmarks", "--sizes", "200,300", "--rounds", "1", "--appends", "3"]
    done = subprocess.run(  # noqa: S603 - the interpreter that runs the tests
        [sys.executable, *command, "--folder", tmp_path, "--write", page],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    written = page.read_text(encoding="utf-8")
    table = [line for line in written.splitlines() if line.startswith("|")]
    assert table == done.stdout.splitlines()
    operations = dict.fromkeys(line.split("|")[1].strip() for line in table[2:])
    assert [*operations] == [
        "durable append, one decision a commit",
        "import of a JSON Lines file",
        "import, until it can be asked",
        "all entries as typed events, in memory",
        "all views built anew, with their tables",
        "one line, on a day, as known then",
        "all lines of a year, on a day, as known then",
        "the tree over the log",
        "verify, with the views",
        "running sums of every budget",
        "verify, with the running sums of every budget",
        "a proof of an entry, made and verified",
        "cold command, the budgets of a year on a day",
        "import of the package",
        "import of what a program uses",
        "import, open and the first answer",
        *(f"peak memory of {task}" for task in ("import", "rebuild", "verify")),
        *(f"growth of {task}" for task in ("import", "rebuild", "verify", "one line")),
    ]
    assert str(tmp_path) not in written
    assert "`python -m benchmarks --sizes 200,300 --rounds 1 --appends 3 --seed 1" in written
    assert [*tmp_path.iterdir()] == [page]
