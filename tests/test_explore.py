"""The explorer on the example of Haninge, asked by programs: answers, limits and doors."""

from __future__ import annotations

import csv
import io
import signal
import socket
import sqlite3
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from styrledger import BudgetAdopted, Entry, Ledger, UnitRegistered

from .commands import add, adopted, new, process, revised, run
from .explorers import Explorer, exploring, haninge

KS: dict[str, Any] = {"unit": "KS", "year": 2020, "kind": "operating"}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return haninge(tmp_path_factory.mktemp("haninge"))


@pytest.fixture(scope="module")
def explorer(ledger: Path) -> Generator[Explorer]:
    with exploring(ledger) as running:
        yield running


# --- Answers


@pytest.mark.parametrize(
    ("on", "ore"),
    [("2019-06-09", None), ("2020-05-11", 22_943_300_000), ("2020-06-08", 23_003_300_000)],
)
def test_json_gives_the_budget_of_the_day_with_its_basis(
    explorer: Explorer, on: str, ore: int | None
) -> None:
    answer = explorer.ask("/budget.json", **KS, on=on, known="#403").data
    budgets = answer["budgets"]
    amount = budgets[0]["amount"] if budgets else None
    assert (amount and amount["ore"]) == ore
    assert (answer["basis"]["on"], answer["basis"]["known"]["position"]) == (on, 403)


def test_answer_is_the_command_lines(explorer: Explorer, ledger: Path) -> None:
    given = {"on": "2020-06-08", "known": "#403"}
    options = [part for name, value in given.items() for part in (f"--{name}", value)]
    told = process("budget", "KS", "--year", "2020", *options, "--json", "--ledger", ledger)
    answer = explorer.ask("/budget.json", **KS, **given).data
    assert f'"root": "{answer["basis"]["root"]}"' in told.stdout
    assert answer["budgets"][0]["trail"][-1]["decision"] == "KF 2020-06-08 § 104"


def test_an_address_without_a_basis_leads_to_one_that_has_it(explorer: Explorer) -> None:
    reply = explorer.ask("/budget", **KS, on="2020-06-08")
    assert (reply.status, reply.headers["location"]) == (
        302,
        "/budget?unit=KS&year=2020&kind=operating&on=2020-06-08&known=%23403",
    )


def test_every_link_of_a_page_to_a_page_of_ours_carries_the_basis(explorer: Explorer) -> None:
    page = explorer.ask("/budget", **KS, on="2020-06-08", known="#12").text
    links = [part.split('"', 1)[0] for part in page.split('href="')[1:]]
    asked = [link for link in links if "?" in link]
    assert len(asked) > 10
    assert [link for link in asked if "2020-0" not in link or "known=%23" not in link] == []


def test_as_known_earlier_the_figure_is_the_earlier_one(explorer: Explorer) -> None:
    answer = explorer.ask("/budget.json", **KS, on="2020-06-08", known="#12").data
    assert answer["budgets"][0]["amount"]["text"] == "230,6 mnkr"


def test_unit_that_had_no_budget_yet_as_known_is_answered(explorer: Explorer) -> None:
    reply = explorer.ask("/budget", **KS, on="2020-06-08", known="#1")
    assert reply.status == 200
    assert "Ingen budget var beslutad den dagen." in reply.text


def test_csv_has_a_row_for_each_decision(explorer: Explorer) -> None:
    reply = explorer.ask("/budget.csv", **KS, on="2020-06-08", known="#403")
    rows = [*csv.DictReader(io.StringIO(reply.text))]
    assert [row["balance_ore"] for row in rows][-1] == "23003300000"
    assert [row["decision"] for row in rows][-1] == "KF 2020-06-08 § 104"


def test_decision_tells_what_it_changed_and_what_came_later(explorer: Explorer) -> None:
    page = explorer.ask("/decision", ref="KF 2020-05-11 § 83", on="2020-12-31", known="#403").text
    assert "−1\N{NO-BREAK SPACE}167, till 229\N{NO-BREAK SPACE}433" in page
    assert "KF 2020-06-08 §\N{NO-BREAK SPACE}104" in page


def test_figure_leads_to_uppdrag_of_the_same_decision(explorer: Explorer) -> None:
    subject = "budget/KS/2020/operating"
    page = explorer.ask("/figure", subject=subject, on="2020-12-31", known="#403").text
    assert "2020 RMB 1: Specifikt avsatta medel" in page
    assert "Beslut om ökade utgifter anger finansiering" in page


def test_figure_of_a_line_is_its_own(explorer: Explorer) -> None:
    asked = {"subject": "budget/KS/2020/operating", "line": "KSF", "on": "2020-12-31"}
    assert explorer.ask("/figure.json", **asked).data["amount"]["ore"] == 10_663_600_000


def test_chart_and_figure_agree_on_what_counted_until_it_was_annulled(tmp_path: Path) -> None:
    annulled = {"type": "decision.annulled", "target": "KF 2020-02-10 § 9"}
    path = new(
        tmp_path,
        adopted("100 tkr"),
        revised("7 tkr", "KF 2020-02-10 § 9"),
        {**annulled, "effective": "2020-05-01"},
        revised("1 tkr", "KF 2020-06-08 § 103"),
        {**annulled, "target": "KF 2020-06-08 § 103", "effective": "2020-09-01"},
        revised("3 tkr", "KF 2020-09-01 § 150"),
    )
    earlier = "2019-06-10 100; 2020-02-10 107; 2020-05-01 100; 2020-06-08 101"
    course = f"{earlier}; 2020-09-01 103."
    with exploring(path) as running:
        for on, tkr in (("2020-04-30", 107), ("2020-05-01", 100), ("2020-08-31", 101)):
            asked = {**KS, "on": on, "known": "#9"}
            page = running.ask("/budget", **asked).text
            assert f"i tkr: {course} Vald dag: {on}." in page
            assert f'data-ore="{tkr}00000"' in page
        void = running.ask("/budget", **KS, on="2020-04-30", known="#9", void_annulled="1").text
        assert "i tkr: 2019-06-10 100; 2020-09-01 103." in void
        assert 'data-ore="10000000"' in void


# --- The log


def test_search_finds_the_decision_about_vega(explorer: Explorer) -> None:
    found = explorer.ask("/ledger/entries.json", _search="Vega", _shape="array").data
    assert found[0]["decision"] == "KS 2020-04-24 § 36"


@pytest.mark.parametrize(("words", "count"), [("utökning", True), ("utokning", False)])
def test_search_takes_a_with_dots_for_a_letter_of_its_own(
    explorer: Explorer, words: str, *, count: bool
) -> None:
    found = explorer.ask("/ledger/entries.json", _search=words, _shape="array").data
    assert bool(found) is count


@pytest.mark.parametrize("words", ['"', "NEAR(", "a OR b*", "'; --", "*"])
def test_search_takes_nothing_for_query_syntax(explorer: Explorer, words: str) -> None:
    assert explorer.ask("/ledger/entries.json", _search=words).status == 200


def test_log_has_facets_and_a_known_that_bounds_it(explorer: Explorer) -> None:
    answer = explorer.ask("/ledger/entries.json", _known="#12", type="budget.revised").data
    assert answer["filtered_table_rows_count"] == 2
    assert {*answer["facet_results"]} == {"type", "body", "stage", "units"}


def test_field_left_empty_is_no_condition(explorer: Explorer) -> None:
    found = explorer.ask("/ledger/entries.json", _search="Vega", body="", effective__gte="").data
    assert found["filtered_table_rows_count"] == 3


def test_log_pages_by_fifty(explorer: Explorer) -> None:
    answer = explorer.ask("/ledger/entries.json").data
    assert (len(answer["rows"]), answer["next"]) == (50, "50")


@pytest.mark.parametrize(
    ("query", "given", "first"),
    [
        ("about", {"subject": "budget/KS/2020/operating", "known": "12"}, 10),
        ("late", {"days": "10", "known": ""}, 1),
        ("recorded", {"since": "", "until": "", "known": ""}, None),
        ("by_decision", {"body": "KF", "since": "2020-01-01", "until": "", "known": ""}, None),
        ("corrections", {"since": "", "until": "", "known": ""}, None),
    ],
)
def test_every_query_answers_as_page_json_and_csv(
    explorer: Explorer, query: str, given: dict[str, Any], first: int | None
) -> None:
    rows = explorer.ask(f"/ledger/{query}.json", **given, _shape="array").data
    assert bool(rows) is (query != "corrections")
    assert first is None or rows[0]["position"] == first
    assert explorer.ask(f"/ledger/{query}", **given).status == 200
    table = explorer.ask(f"/ledger/{query}.csv", **given).text
    assert len([*csv.DictReader(io.StringIO(table))]) == len(rows)


# --- What is refused


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("unit", "XX"),
        ("year", "2"),
        ("year", "²²²²"),
        ("year", "0" * 5_000),
        ("kind", "x"),
        ("on", "2020-13-01"),
        ("known", "#404"),
        ("known", "x"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field(
    explorer: Explorer, field: str, value: str
) -> None:
    asked = {**KS, "on": "2020-06-08", "known": "#403", field: value}
    reply = explorer.ask("/budget", **asked)
    assert (reply.status, reply.text.count('class="fault"')) == (400, 1)
    assert f'id="{field}-fault"' in reply.text


@pytest.mark.parametrize(
    ("page", "given", "status"),
    [
        ("/uppdrag", {"id": "finns inte"}, 404),
        ("/decision", {"ref": "KF 1999-01-01 § 1"}, 404),
        ("/decision", {"ref": "inget"}, 400),
        ("/entry", {"position": "9999"}, 404),
        ("/entry", {"position": "0" * 5_000}, 404),
        ("/figure", {"subject": "x"}, 404),
        ("/figure", {"subject": "budget/KS/2020/operating", "line": "x"}, 404),
    ],
)
def test_what_is_not_there_is_said_and_no_fault_of_ours(
    explorer: Explorer, page: str, given: dict[str, Any], status: int
) -> None:
    reply = explorer.ask(page, **given, on="2020-06-08", known="#403")
    assert reply.status == status
    assert "Det går inte att visa" in reply.text


def test_sql_is_refused_unless_asked_for(explorer: Explorer) -> None:
    asked = explorer.ask("/ledger.json", sql="select count(*) as n from entries")
    assert (asked.status, asked.data["ok"]) == (403, False)


@pytest.mark.parametrize(
    "name", ["_where", "_through", "_fts_table", "_timelimit", "_trace", "_context", "_ttl", "_x"]
)
def test_table_takes_no_parameter_but_those_offered(explorer: Explorer, name: str) -> None:
    for page in ("/ledger/entries", "/ledger/entries.json", "/ledger/entries.csv"):
        assert explorer.ask(page, **{name: "x"}).status == 400


@pytest.mark.parametrize(
    "given",
    [
        {"_next": "x,y"},
        {"_next": "\0"},
        {"_size": "-1"},
        {"_size": "99999"},
        {"_facet_size": "x"},
        {"_col": "x"},
        {"_sort": "x"},
        {"_facet": "x"},
        {"_facet_array": "what"},
        {"_search": "\0"},
        {"_known": "#" + "9" * 30},
        {"position__gt": "x"},
        {"x": "1"},
        {"type__x": "1"},
        {"units__arraycontains": "'"},
    ],
)
def test_table_takes_any_value_and_stays_calm(explorer: Explorer, given: dict[str, Any]) -> None:
    for page in ("/ledger/entries", "/ledger/entries.json", "/ledger/entries.csv"):
        assert explorer.ask(page, **given).status in {200, 400}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_but_reading_is_let_in(explorer: Explorer, method: str) -> None:
    assert explorer.ask("/ledger/entries", method=method).status == 405


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "localhost:1"])
def test_a_request_by_another_name_is_refused(explorer: Explorer, host: str) -> None:
    assert explorer.ask("/", host=host).status == 421


@pytest.mark.parametrize(
    "page",
    [
        "/-/metadata",
        "/-/plugins.json",
        "/-/permissions",
        "/-/messages",
        "/-/static/app.css",
        "/_internal",
        "/_memory",
        "/ledger.db",
        "/ledger/words",
        "/ledger/words_data",
        "/ledger/sqlite_master",
        "/ledger/entries/1",
        "/static/../site.py",
        "/static/%2e%2e/site.py",
        "/budget/",
    ],
)
def test_pages_that_are_not_offered_are_not_there(explorer: Explorer, page: str) -> None:
    assert explorer.ask(page).status == 404


def test_every_answer_carries_the_headers_that_keep_it_in(explorer: Explorer) -> None:
    for page in ("/", "/ledger", "/static/explore.css", "/-/plugins"):
        headers = explorer.ask(page).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


def test_only_loopback_is_listened_on(explorer: Explorer) -> None:
    port = int(explorer.address.rpartition(":")[2])
    with socket.create_server(("127.0.0.2", port)):
        pass  # nobody has the port on any other address


# --- With SQL


@pytest.fixture(scope="module")
def with_sql(ledger: Path) -> Generator[Explorer]:
    with exploring(ledger, "--sql") as running:
        yield running


def test_sql_answers_when_asked_for(with_sql: Explorer) -> None:
    asked = with_sql.ask("/ledger.json", sql="select count(*) as n from entries", _shape="array")
    assert asked.data == [{"n": 403}]


@pytest.mark.parametrize(
    "sql",
    [
        "delete from entries",
        "update entries set type = ''",
        "attach database '/tmp/x' as x",
        "pragma journal_mode = wal",
        "select load_extension('x')",
        "with x as (select 1) delete from entries",
    ],
)
def test_sql_that_would_change_something_is_refused(with_sql: Explorer, sql: str) -> None:
    assert with_sql.ask("/ledger.json", sql=sql).status == 400


def test_sql_stops_at_its_limits_of_time_and_rows(with_sql: Explorer) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select sum(i) from n"
    assert with_sql.ask("/ledger.json", sql=endless).status == 400
    many = (
        "with recursive n(i) as (select 1 union all select i + 1 from n limit 5000) select i from n"
    )
    answer = with_sql.ask("/ledger.json", sql=many).data
    assert (len(answer["rows"]), answer["truncated"]) == (1000, True)


# --- Starting and ending


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = process("explore", "--no-browser", "--port", str(port), "--ledger", new(tmp_path))
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == (
        f"port {port} of 127.0.0.1 cannot be used (Address already in use), expected a free one, "
        "choose another with --port, or --port 0 for any\n"
    )


def test_what_is_recorded_meanwhile_is_seen_when_it_is_started_again(tmp_path: Path) -> None:
    path = new(tmp_path, adopted("100 tkr"))
    with exploring(path) as running:
        add(path, revised("7 tkr", "KF 2020-02-10 § 9"))
        asked = {**KS, "on": "2020-12-31"}
        before = running.ask("/budget.json", **asked).data
        assert before["budgets"][0]["amount"]["ore"] == 10_000_000
        assert running.ask("/budget.json", **asked, known="#5").status == 400
        assert running.ask("/budget.json", **asked, known="2199-12-31").data == before
        octets = path.read_bytes()
        with sqlite3.connect(path) as database:  # nobody is kept out
            database.execute("BEGIN IMMEDIATE")
            database.rollback()
    with exploring(path) as running:
        after = running.ask("/budget.json", **asked).data
        assert after["budgets"][0]["amount"]["ore"] == 10_700_000
        assert running.ask("/budget.json", **asked, known="#4").data == before
    assert path.read_bytes() == octets


def test_a_ledger_wherever_it_lies_is_explored_alike(place: str) -> None:
    units = [Entry(UnitRegistered(unit, "board"), effective="2019-01-01") for unit in ("KF", "KS")]
    budget = BudgetAdopted("KS", 2020, "100 tkr")
    with Ledger.create(place, organisation="Prov") as ledger:
        ledger.record(*units, Entry(budget, decision="KF 2019-06-10 § 109"))
    with exploring(place) as running:
        answer = running.ask("/budget.json", **KS, on="2020-12-31", known="#3").data
        assert answer["budgets"][0]["amount"]["ore"] == 10_000_000
        found = running.ask("/ledger/entries.json", body="KF", _shape="array").data
        assert [one["position"] for one in found] == [3]


@pytest.mark.parametrize("package", ["datasette", "jinja2", "uvicorn"])
def test_what_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    told = run("explore", "--no-browser", "--port", "0", "--ledger", new(tmp_path))
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr == (
        f"the explorer needs the package '{package}', which is not installed: "
        "run `pip install 'styrledger[explore]'`\n"
    )


def test_a_ledger_with_nothing_in_it_can_be_explored_and_a_service_can_end_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "tom.db"
    Ledger.create(path, organisation="Tom").close()
    with exploring(path, ended_by=signal.SIGTERM) as running:
        for page in ("/", "/uppdrag", "/controls"):
            assert running.ask(page, on="2020-01-01", known="#0").status == 200
        for page in ("/ledger", "/ledger/entries", "/ledger/decisions", "/ledger/recorded"):
            assert running.ask(page).status == 200
