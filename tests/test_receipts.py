"""Proofs outside the ledger: what they show, and that nothing in them can be changed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import pytest

from styrledger.bundles import Bundle, words
from styrledger.checkpoints import ProofFile
from styrledger.cli.app import COMMANDS, main
from styrledger.cli.receipts import provable, recompute
from styrledger.errors import BundleError, ProofError, StyrledgerError
from styrledger.keys import SigningKey, verify
from styrledger.ledger import Ledger
from styrledger.proving import proof_file
from styrledger.sealing import read_checkpoint

from .commands import NO_PLACE, TAKEN, add, adopted, new, revised, run, told

ROOT = Path(__file__).parent.parent
TOOL = ROOT / "tools" / "verify_proof.py"
CORRECTION = {
    "type": "entry.corrected",
    "target": "#5",
    "reason": "Felskrivet.",
    "replacement": revised("6 tkr", "KF 2019-12-09 § 197"),
}


@pytest.fixture(name="ledger")
def _ledger(tmp_path: Path) -> Path:
    path = new(tmp_path, adopted("100 tkr"), revised("5 tkr", "KF 2019-12-09 § 197"))
    told("checkpoint", "--ledger", path, "-o", path.with_name("old.txt"))
    transfer = {
        "type": "budget.transferred",
        "year": 2020,
        "from": {"unit": "KS"},
        "to": {"unit": "SN"},
        "amount": "1 tkr",
        "decision": "KF 2020-02-10 § 9",
    }
    add(path, CORRECTION, transfer, {**adopted("9 tkr"), "unit": "SN"})
    return path


@pytest.fixture(name="receipt")
def _receipt(ledger: Path) -> Path:
    file = ledger.with_name("receipt.json")
    told("budget", "KS", "--year", "2020", "--ledger", ledger, "--receipt", file)
    return file


def bundle_of(file: Path) -> Bundle:
    return Bundle.from_text(file.read_bytes())


def resealed(bundle: dict[str, Any]) -> bytes:
    """Return a changed bundle with a hash that fits, as a forger would write it."""
    bundle.pop("sha256", None)
    written = json.dumps(bundle, ensure_ascii=False, indent=1).removesuffix("\n}").encode()
    return written + b',\n "sha256": "' + sha256(written).hexdigest().encode() + b'"\n}\n'


def tool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(TOOL), *map(str, arguments)]
    return subprocess.run(  # noqa: S603 - our own program
        command, check=False, capture_output=True, text=True, encoding="utf-8"
    )


# -- receipts


def test_a_receipt_holds_the_answer_and_no_more_entries_than_it_follows_from(
    receipt: Path,
) -> None:
    bundle = bundle_of(receipt)
    bundle.verify()
    recompute(bundle)
    assert [entry.position for entry in bundle.entries] == [2, 4, 5, 6, 7, 8]
    assert bundle.question == ("budget", "KS", "--year", "2020")
    assert bundle.answer is not None
    assert bundle.answer["budgets"][0]["amount"]["text"] == "105 tkr"
    assert bundle.answer["basis"]["root"] == json.loads(receipt.read_text())["says"][0][-45:-1]


def test_a_receipt_says_what_it_proves_and_what_it_does_not(receipt: Path) -> None:
    said = words(bundle_of(receipt))
    assert said[1:] == [
        (
            "The answer to `budget KS --year 2020` follows from the entries in this file: it can "
            "be computed again from them alone."
        ),
        "Each entry in this file stands at its position among those entries: that is proved.",
        (
            "Not proved: that no other entry changes the answer. That takes the whole ledger: "
            "styrledger verify --checkpoint."
        ),
        (
            "Since it held 5 entries nothing in it was changed or removed: that is proved to "
            "whoever holds a checkpoint from then."
        ),
        "Not proved: that what was recorded is true; only that it was recorded.",
        "The checkpoint is not signed: compare it with one had from elsewhere.",
    ]


def test_a_receipt_is_checked_without_the_ledger(ledger: Path, receipt: Path) -> None:
    old = ledger.with_name("old.txt")
    ledger.unlink()
    lines = told("verify-proof", receipt, "--checkpoint", old).splitlines()
    assert lines[:3] == [
        "the answer to `budget KS --year 2020` follows from the entries in the file",
        "proved entries: #2 #4–#8",
        "only grew since it held 5 entries",
    ]
    assert lines[-2:] == [
        "agrees with the checkpoint over 5 entries that you hold",
        "signature: none",
    ]


def test_the_small_tool_adds_the_budget_up_again(ledger: Path, receipt: Path) -> None:
    done = tool(receipt, "--checkpoint", ledger.with_name("old.txt"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:3] == [
        "6 entries stand in the log of 8 entries at their positions",
        "the log only grew since the checkpoint over 5 entries that you hold",
        f"budget KS 2020 on {_day(receipt)}: 105 tkr, made by #4 #6 #7",
    ]


def _day(receipt: Path) -> str:
    answer = bundle_of(receipt).answer
    assert answer is not None
    return str(answer["basis"]["on"])


def test_the_small_tool_is_small() -> None:
    source = TOOL.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 200
    assert "styrledger." not in "".join(line for line in source.splitlines() if "import" in line)


PROVABLE = (
    "budget",
    "calendar",
    "check",
    "controls",
    "decisions",
    "diff",
    "documents",
    "evaluations",
    "goals",
    "indicators",
    "log",
    "minutes",
    "trail",
    "units",
    "uppdrag",
)


ASKED: dict[str, tuple[str, ...]] = {
    "budget": ("--year", "2020", "--on", "2020-03-01"),
    "diff": ("--from-known", "#6", "--to-on", "2020-03-01"),
    "log": ("--text", "kom*", "--known", "#7"),
    "trail": ("budget/KS/2020/operating", "--known", "#7"),
}
"""How each is asked, where it is not only about a day."""


@pytest.mark.parametrize("name", PROVABLE)
def test_every_question_has_a_receipt(ledger: Path, name: str) -> None:
    file = ledger.with_name("q.json")
    asked = ASKED.get(name, ("--on", "2020-03-01"))
    told("prove", name, *asked, "--ledger", ledger, "-o", file)
    assert provable(name).name == name
    told("verify-proof", file)
    assert bundle_of(file).answer == json.loads(
        run(name, *asked, "--json", "--ledger", ledger).stdout
    )


LISTED: dict[str, tuple[tuple[str, ...], list[int]]] = {
    "all of a family": (("log", "--type", "budget"), [4, 5, 7, 8]),
    "a unit and days": (("log", "--unit", "SN", "--from", "2020-01-01"), [7, 8]),
    "a body, as known before": (("log", "--body", "KF", "--known", "#5"), [4, 5]),
    "words": (("log", "--text", "felskriv"), [6, 8]),
    "none": (("log", "--text", "saknas"), [8]),
    "a subject": (("trail", "unit/SN"), [3, 8]),
    "a decision": (("trail", "decision/KF 2019-12-09 § 197"), [5, 6, 8]),
    "a correction not yet known": (("trail", "budget/KS/2020/operating", "--known", "#5"), [4, 5]),
    "nothing": (("trail", "unit/XX"), [8]),
    "two bases": (
        ("diff", "budget", "KS", "--year", "2020", "--from-known", "#5"),
        [2, 4, 5, 6, 7, 8],
    ),
    "two days": (("diff", "unit/SN", "--from-on", "2018-12-31"), [3, 8]),
}
"""Questions, and the positions that their receipts hold."""


@pytest.mark.parametrize("name", LISTED)
def test_what_was_recorded_has_a_receipt_of_no_more_than_it_needs(ledger: Path, name: str) -> None:
    asked, positions = LISTED[name]
    file = ledger.with_name("q.json")
    done = run(*asked, "--json", "--ledger", ledger, "--receipt", file)
    bundle = bundle_of(file)
    assert bundle.answer == json.loads(done.stdout)
    assert [entry.position for entry in bundle.entries] == positions
    told("verify-proof", file)
    lines = tool(file).stdout.splitlines()
    assert lines[0].startswith(f"{len(positions)} entries stand in the log")
    assert "the answer was NOT COMPUTED AGAIN: styrledger verify-proof does that" in lines


def test_a_receipt_of_a_difference_proves_both_of_its_bases(ledger: Path) -> None:
    file = ledger.with_name("q.json")
    asked = ("diff", "budget", "KS", "--year", "2020", "--from-known", "#7", "--ledger", ledger)
    run(*asked, "--receipt", file)
    forged = json.loads(file.read_bytes())
    assert [one["size"] for one in forged["growth"]] == [5, 7]
    forged["answer"]["basis"]["from"]["root"] = forged["answer"]["basis"]["to"]["root"]
    file.write_bytes(resealed(forged))
    assert tool(file).stdout == "WRONG: the answer has another basis\n"
    done = run("verify-proof", file)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "the entries give another answer, first in 'basis'" in done.stderr


def test_an_entry_that_is_left_out_of_a_listed_answer_is_missed(ledger: Path) -> None:
    file = ledger.with_name("q.json")
    run("log", "--type", "budget", "--ledger", ledger, "--receipt", file)
    forged = json.loads(file.read_bytes())
    del forged["answer"]["entries"][1]
    file.write_bytes(resealed(forged))
    done = run("verify-proof", file)
    assert "the entries give another answer, first in 'entries'" in done.stderr


def test_nothing_is_signed_for_a_file_that_is_in_the_way(ledger: Path) -> None:
    key, taken = ledger.with_name("key"), ledger.with_name("taken.txt")
    told("keygen", "prov.se/a", "-o", key)
    taken.write_text("mine", encoding="utf-8")
    with Ledger.open(ledger) as opened:
        before = list(opened.issued())
    for asked in (
        ("checkpoint", "-o"),
        ("prove", "4", "-o"),
        ("prove", "units", "-o"),
        ("budget", "--year", "2020", "--receipt"),
        ("log", "--receipt"),
    ):
        for file, why in (
            (taken, TAKEN),
            (
                taken / "x",
                NO_PLACE,
            ),
        ):
            done = run(*asked, file, "--key", key, "--ledger", ledger)
            message = f"{file}: {why}\n"
            assert (done.exit_code, done.stdout, done.stderr) == (2, "", message)
    assert taken.read_text(encoding="utf-8") == "mine"
    with Ledger.open(ledger) as opened:
        assert list(opened.issued()) == before


def test_every_command_with_a_basis_is_among_them() -> None:
    context = main.make_context("styrledger", [], resilient_parsing=True)
    having = [
        name
        for name in COMMANDS
        if (command := main.get_command(context, name)) is not None
        and any(one.name == "receipt" for one in command.params)
    ]
    assert tuple(sorted(having)) == PROVABLE


def test_a_receipt_is_signed_with_a_key_and_the_checkpoint_kept(ledger: Path) -> None:
    key, file = ledger.with_name("key"), ledger.with_name("signed.json")
    public = told("keygen", "prov.se/a", "-o", key).strip()
    ask = ("budget", "KS", "--year", "2020", "--ledger", ledger, "--receipt", file)
    told(*ask, "--key", key)
    assert told("verify-proof", file, "--vkey", public).endswith("signature: prov.se/a\n")
    assert tool(file, "--vkey", public).stdout.endswith("signature: by prov.se/a\n")
    other = SigningKey.generate("prov.se/b").verifier_key.to_text()
    refused = run("verify-proof", file, "--vkey", other)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert tool(file, "--vkey", other).stdout.endswith("prov.se/b has not signed the checkpoint\n")
    with Ledger.open(ledger) as kept:
        assert kept.checkpoint(key=SigningKey.load(key)) == bundle_of(file).checkpoint


def test_a_receipt_overwrites_nothing(ledger: Path, receipt: Path) -> None:
    before = receipt.read_bytes()
    done = run("budget", "--year", "2020", "--ledger", ledger, "--receipt", receipt)
    assert (done.exit_code, done.stderr) == (
        2,
        f"{receipt}: {TAKEN}\n",
    )
    assert receipt.read_bytes() == before


def test_hashes_are_checked_without_the_package_that_signs(ledger: Path) -> None:
    key, file = ledger.with_name("key"), ledger.with_name("signed.json")
    public = told("keygen", "prov.se/a", "-o", key).strip()
    told("prove", "4", "--ledger", ledger, "--key", key, "-o", file)
    asked = (
        (["--help"], 0, ""),
        (["verify", "--ledger", str(ledger)], 0, "nothing is wrong\n"),
        (["verify-proof", str(file)], 0, "signature: not checked, give --vkey\n"),
        (["verify-proof", str(file), "--vkey", public], 2, ""),
    )
    for arguments, code, end in asked:
        program = (
            "import sys; sys.modules['cryptography'] = None; "
            f"from styrledger.cli import main; main({arguments!r})"
        )
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", program], check=False, capture_output=True, text=True
        )
        assert (done.returncode, "Traceback" in done.stderr) == (code, False)
        assert done.stdout.endswith(end)


# -- forgeries


def test_every_flipped_bit_of_a_receipt_is_found(receipt: Path) -> None:
    octets = receipt.read_bytes()
    for wrong in _flips(octets, every=1):
        with pytest.raises(BundleError):
            Bundle.from_text(wrong)


def test_every_flipped_byte_of_a_receipt_with_a_hash_that_fits_is_found(receipt: Path) -> None:
    octets = receipt.read_bytes()
    written = octets[: octets.rindex(b',\n "sha256"')]
    accepted: list[bytes] = []
    for place in range(len(written)):
        changed = written[:place] + bytes([written[place] ^ 1]) + written[place + 1 :]
        ending = b',\n "sha256": "' + sha256(changed).hexdigest().encode() + b'"\n}\n'
        try:
            _checked(changed + ending)
        except StyrledgerError:
            continue
        accepted.append(changed)
    # On a day near it the answer is the same: that is another question, and a true answer.
    day = re.compile(rb'"on": "[^"]*"')
    assert {day.sub(b"", changed) for changed in accepted} <= {day.sub(b"", written)}


def _checked(octets: bytes) -> None:
    bundle = Bundle.from_text(octets)
    bundle.verify()
    recompute(bundle)


def test_every_flipped_bit_of_a_proof_is_found(ledger: Path) -> None:
    key = SigningKey.generate("prov.se/a")
    with Ledger.open(ledger) as opened:
        proof = proof_file(opened.prove([4], key=key))
    octets = proof.to_text().encode()
    assert ProofFile.from_text(octets) == proof
    for wrong in _flips(octets, every=1):
        with pytest.raises(StyrledgerError):
            _proved(wrong, key)
    _proved(octets, key)


def _proved(octets: bytes, key: SigningKey) -> None:
    proof = ProofFile.from_text(octets)
    proof.verify(proof.extra)
    verify(proof.note, [key.verifier_key])
    read_checkpoint(proof.note.to_text())


def _flips(octets: bytes, every: int) -> Iterator[bytes]:
    for bit in range(0, 8 * len(octets), every):
        place = bit // 8
        yield octets[:place] + bytes([octets[place] ^ 1 << bit % 8]) + octets[place + 1 :]


FORGERIES: dict[str, tuple[list[Any], Any, str]] = {
    "another amount": (
        ["answer", "budgets", 0, "amount", "text"],
        "106 tkr",
        "the entries give another answer, first in 'budgets'",
    ),
    "another question": (["question", 1], "SN", "the question has no answer (no unit 'SN'"),
    "another year": (["question", 3], "2021", "the entries give another answer"),
    "another ledger": (["ledger", "organisation"], "Annan", "the bundle is not spelt as it must"),
    "another entry": (["entries", 1, "version"], 9, "#4: the proof leads to the root"),
    "another place": (["entries", 1, "position"], 3, "#3: the proof leads to the root"),
    "another earlier root": (
        ["growth", 0, "root"],
        "GjLa9nW1v0m8Aw7bY5gqzV4SrVTrYcqGz2aVQ1mXo1I=",
        "the proof leads to the root",
    ),
    "another day": (["answer", "basis", "on"], "2019-07-01", "the entries give another answer"),
    "another known": (["answer", "basis", "known", "position"], 7, "the answer is as known at"),
    "an option that writes": (["question", 1], "--receipt=x", "is no question that a receipt"),
    "an option that writes a table": (["question", 1], "--csv=x", "is no question that a receipt"),
    "help": (["question", 1], "--help", "is no question that a receipt"),
    "a command that has none": (["question", 0], "init", "'init' is no command whose answers"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_receipt_with_a_hash_that_fits_is_found(receipt: Path, name: str) -> None:
    path, value, message = FORGERIES[name]
    forged = json.loads(receipt.read_bytes())
    inner = forged
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    if path[0] == "question":
        asked = " ".join(forged["question"])
        forged["says"][1] = forged["says"][1].replace("budget KS --year 2020", asked)
    receipt.write_bytes(resealed(forged))
    done = run("verify-proof", receipt)
    assert (done.exit_code, done.stdout) == (1, "")
    assert message in done.stderr
    assert not Path("x").exists()


def test_the_small_tool_finds_a_forged_figure(receipt: Path) -> None:
    forged = json.loads(receipt.read_bytes())
    forged["answer"]["budgets"][0]["amount"] = {"ore": 10600000, "text": "106 tkr"}
    receipt.write_bytes(resealed(forged))
    done = tool(receipt)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "WRONG: the budget comes to 10500000 öre\n"


def test_the_small_tool_tells_in_one_line_what_is_no_proof(tmp_path: Path) -> None:
    for octets in (b"", b"{}", b"\xff" * 100, resealed({"format": "styrledger-bundle/1"})):
        file = tmp_path / "x.json"
        file.write_bytes(octets)
        done = tool(file)
        assert (done.returncode, done.stderr, done.stdout[:7]) == (1, "", "WRONG: ")
        assert run("verify-proof", file).exit_code == 1


# -- growth and single proofs


def test_growth_is_proved_to_whoever_holds_the_older_checkpoint(ledger: Path) -> None:
    old, file = ledger.with_name("old.txt"), ledger.with_name("growth.json")
    told("prove", "--consistency", old, "--ledger", ledger, "-o", file)
    assert "agrees with the checkpoint over 5 entries" in told(
        "verify-proof", file, "--checkpoint", old
    )
    text = old.read_text(encoding="utf-8").splitlines()
    old.write_text("\n".join([text[0], "4", text[2], ""]), encoding="utf-8")
    done = run("verify-proof", file, "--checkpoint", old)
    assert (done.exit_code, done.stderr) == (
        1,
        (
            f"{file}: the bundle holds no proof that it grew from 4 entries, expected one from "
            "5, 8, make one with styrledger prove --consistency\n"
        ),
    )
    refused = run("prove", "--consistency", old, "--ledger", ledger)
    assert refused.exit_code == 2
    assert "the root of the first 4 entries is " in refused.stderr


def test_one_entry_is_proved_as_c2sp_writes_it(ledger: Path) -> None:
    key, file = ledger.with_name("key"), ledger.with_name("4.tlog-proof")
    public = told("keygen", "prov.se/a", "-o", key).strip()
    ask = ("prove", "4", "--ledger", ledger, "--format", "tlog-proof")
    refused = run(*ask)
    assert (refused.exit_code, refused.stderr) == (
        2,
        (
            "only one entry in a signed checkpoint has such a proof, expected one position, give "
            "--key, or --checkpoint with a signed one\n"
        ),
    )
    told(*ask, "-o", file, "--key", key)
    assert file.read_text(encoding="utf-8").startswith("c2sp.org/tlog-proof@v1\nextra ")
    assert told("verify-proof", file, "--vkey", public).splitlines() == [
        "#4 stands in the log as these octets",
        told("verify-proof", file).splitlines()[1],
        "signature: prov.se/a",
    ]


def test_an_entry_that_the_views_have_wrong_is_not_proved(ledger: Path) -> None:
    with Ledger.open(ledger) as opened:
        bundle = opened.prove([4])
    (entry,) = bundle.entries
    with pytest.raises(ProofError, match="#4: the proof leads to the root"):
        attrs.evolve(bundle, entries=(attrs.evolve(entry, state=b"{}"),)).verify()


def test_a_position_that_is_not_there_is_told(ledger: Path) -> None:
    done = run("prove", "9", "--ledger", ledger)
    assert (done.exit_code, done.stderr) == (
        2,
        "no entry #9, expected a position from #0 to #8\n",
    )
