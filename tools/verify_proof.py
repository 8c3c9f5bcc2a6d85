#!/usr/bin/env python3
"""Check a proof bundle or a receipt of a styrledger, with nothing but Python itself.

    python verify_proof.py BUNDLE.json [--checkpoint OLD.txt] [--vkey LINE|FILE]

It reads no ledger and uses no part of the program that made the file: it hashes the entries again,
follows each path to the root, and adds up a budget. OLD.txt: a checkpoint you kept. Exit 1: wrong.
"""

import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def need(holds: object, why: str) -> None:
    """Stop where something does not hold, and say why."""
    if not holds:
        raise ValueError(why)


def sha256(*parts: bytes) -> bytes:
    """Hash octets."""
    return hashlib.sha256(b"".join(parts)).digest()


def sized(*texts: str) -> list[bytes]:
    """Return texts as octets, each with its length in 8 octets before it."""
    return [len(text.encode()).to_bytes(8, "big") + text.encode() for text in texts]


def unbase64(text: str) -> bytes:
    """Read base64 in its one spelling."""
    octets = base64.b64decode(text, validate=True)
    need(base64.b64encode(octets).decode() == text, f"{text!r} is not base64")
    return octets


def leaf_of(entry: dict[str, Any]) -> bytes:
    """Hash an entry: its stored octets, each text with its length before it."""
    stream, name, state = sized(entry["stream"], entry["name"], entry["state"])
    parts = stream, entry["version"].to_bytes(8, "big"), name, state
    return sha256(b"\x00styrledger-entry/1\n", *parts)


def climb(index: int, last: int, path: list[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Give each hash on the way up, and whether it stands to the left (RFC 9162, 2.1.3.2)."""
    for hashed in path:
        need(last > 0, "a path is too long")
        left = index & 1 == 1 or index == last
        yield left, hashed
        while left and index and not index & 1:
            index, last = index >> 1, last >> 1
        index, last = index >> 1, last >> 1
    need(last == 0, "a path is too short")


def included(leaf: bytes, position: int, size: int, path: list[bytes]) -> bytes:
    """Return the root that the path from an entry leads to."""
    need(0 < position <= size, f"#{position} is not among {size} entries")
    for left, hashed in climb(position - 1, size - 1, path):
        leaf = sha256(b"\x01", hashed, leaf) if left else sha256(b"\x01", leaf, hashed)
    return leaf


def grown(old: int, old_root: bytes, size: int, path: list[bytes]) -> tuple[bytes, bytes]:
    """Return the old and the new root that a path leads to (RFC 9162, 2.1.4.2)."""
    need(0 < old < size, f"{size} entries did not grow from {old}")
    level = (old & -old).bit_length() - 1
    path = [old_root, *path] if old == 1 << level else path
    before = after = path[0]
    for left, hashed in climb((old >> level) - 1, (size - 1) >> level, path[1:]):
        before = sha256(b"\x01", hashed, before) if left else before
        after = sha256(b"\x01", hashed, after) if left else sha256(b"\x01", after, hashed)
    return before, after


def read_checkpoint(text: str) -> tuple[str, int, bytes, list[str], str]:
    """Return origin, size and root of a checkpoint, its signature lines, and what they sign."""
    body, blank, signatures = text.partition("\n\n")
    lines = (signed := body + "\n" if blank else text).split("\n")
    need(lines[1:] == [str(int(lines[1])), lines[2], ""], "a checkpoint is three lines")
    return lines[0], int(lines[1]), unbase64(lines[2]), signatures.splitlines(), signed


def signature(lines: list[str], signed: str, vkey: str | None) -> str:
    """Say in words whether the holder of a public key signed a checkpoint."""
    if vkey is None:
        return "NOT CHECKED, no --vkey was given" if lines else "none"
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return "NOT CHECKED, the package cryptography is not installed"
    name, _, encoded = vkey.strip().split("+", 2)
    key = unbase64(encoded)
    own = f"\u2014 {name} ", sha256(name.encode() + b"\n" + key)[:4]
    found = [unbase64(line.removeprefix(own[0])) for line in lines if line.startswith(own[0])]
    ours = [octets[4:] for octets in found if octets[:4] == own[1]]
    need(ours, f"{name} has not signed the checkpoint")
    try:
        Ed25519PublicKey.from_public_bytes(key[1:]).verify(ours[0], signed.encode())
    except InvalidSignature:
        need(holds=False, why=f"the signature by {name} is wrong")
    return f"by {name}"


def budget(told: dict[str, Any], entries: list[dict[str, Any]], on: str) -> str:
    """Add a budget up again, decision by decision, and return in words what it comes to."""
    held = {one["position"]: (one["name"], json.loads(one["state"])["entry"]) for one in entries}
    total, made = None, ""
    for step in told["trail"]:
        name, body = held.pop(step["position"])
        if name.startswith("entry.corrected"):
            name, body = (body["event"]["replacement"][part] for part in ("name", "entry"))
        event, kind = body["event"], name.rpartition(".")[0]
        change, made = event["amount"]["ore"], f"{made} #{step['position']}"
        since = body.get("effective") or body["decision"]["date"]
        need(since <= on and body["stage"] != "proposed", f"{made} does not count on {on}")
        need((event["year"], event["kind"]) == (told["year"], told["kind"]), f"not of{made}")
        if kind == "budget.transferred":
            ends = [event["to"]["unit"], event["from_"]["unit"]]
            change *= (ends[0] == told["unit"]) - (ends[1] == told["unit"])
        else:
            need(kind in {"budget.adopted", "budget.revised"}, f"{made} moves no budget")
            ends = [event["unit"]]
        need(told["unit"] in ends, f"{made} is about another unit")
        total = change if kind == "budget.adopted" else (total or 0) + change
        need(total == step["balance"]["ore"], f"{made} comes to {total} öre")
    amount = told["amount"] or {"ore": None, "text": "none"}
    need(total == amount["ore"], f"the budget comes to {total} öre")
    return f"budget {told['unit']} {told['year']} on {on}: {amount['text']}, made by{made}"


def answered(bundle: dict[str, Any], known: dict[int, bytes]) -> Iterator[str]:
    """Yield in words what was computed again of the answer."""
    answer, basis = bundle["answer"], bundle["answer"]["basis"]
    both = basis.get("from", basis), basis.get("to", basis)
    sealed = {one["known"]["position"]: unbase64(one["root"]) for one in both}
    need(sealed.items() <= known.items(), "the answer has another basis")
    if "budgets" not in answer:
        yield "the answer was NOT COMPUTED AGAIN: styrledger verify-proof does that"
    yield from (budget(one, bundle["entries"], basis["on"]) for one in answer.get("budgets", ()))


def check(octets: bytes, older: str | None, vkey: str | None) -> Iterator[str]:
    """Yield in words what the file proves."""
    written, mark, tail = octets.rpartition(b',\n "sha256": "')
    need(mark and tail == sha256(written).hex().encode() + b'"\n}\n', "no bundle, or changed")
    bundle = json.loads(written + b"\n}")
    need(bundle["format"] == "styrledger-bundle/1", "the file is of another format")
    origin, size, root, lines, signed = read_checkpoint(bundle["checkpoint"])
    parts = [bundle["ledger"][n] for n in ("ledger", "organisation", "contract", "created_at")]
    identity = sha256(b"styrledger-identity/1\n", *sized(*map(str, parts)))[:16].hex()
    need(origin == f"styrledger/{identity}", "the checkpoint is of another ledger")
    for entry in bundle["entries"]:
        position = json.loads(entry["state"])["position"]
        need(position == entry["position"], f"#{position} is another entry")
        reached = included(leaf_of(entry), position, size, [*map(unbase64, entry["path"])])
        need(reached == root, f"#{position} does not lead to the root of the checkpoint")
    yield f"{len(bundle['entries'])} entries stand in the log of {size} entries at their positions"
    known = {0: sha256(), size: root}
    for one in bundle["growth"]:
        known[one["size"]] = then = unbase64(one["root"])
        both = grown(one["size"], then, size, [*map(unbase64, one["path"])])
        need(both == (then, root), f"it did not only grow since it held {one['size']} entries")
    if older is not None:
        whose_old, old, old_root, *_ = read_checkpoint(older)
        need(whose_old == origin, "the older checkpoint is of another ledger")
        need(old in known, f"the file does not tell how the log grew from {old} entries")
        need(known[old] == old_root, "the log is not the one of the older checkpoint")
        yield f"the log only grew since the checkpoint over {old} entries that you hold"
    if "answer" in bundle:
        yield from answered(bundle, known)
    yield f"checkpoint: {origin}, {size} entries, root {base64.b64encode(root).decode()}"
    yield f"signature: {signature(lines, signed, vkey)}"


def main(arguments: list[str]) -> int:
    """Check the file that the command line names; return the exit code."""
    options = dict(zip(arguments[1::2], arguments[2::2], strict=False))
    older, vkey = options.pop("--checkpoint", None), options.pop("--vkey", None)
    if len(arguments) % 2 == 0 or options:
        print(__doc__)
        return 2
    try:
        line = Path(vkey).read_text("utf-8") if vkey and Path(vkey).is_file() else vkey
        held = older and Path(older).read_text("utf-8")
        print("\n".join(check(Path(arguments[0]).read_bytes(), held, line)))
    except Exception as wrong:  # noqa: BLE001 - whatever is in the file, it is told in one line
        print(f"WRONG: {wrong}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
