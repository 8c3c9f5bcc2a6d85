"""The command ``documents``: governing documents, and whether they apply on a day."""

from __future__ import annotations

from collections.abc import Sequence

import click

from styrledger.cli import show
from styrledger.cli.found import named, pending_dicts, print_pending, short
from styrledger.cli.options import asked, basis_options, print_json
from styrledger.projections.documents import Document
from styrledger.times import PartialDate

NO = 1


@click.command()
@click.argument("document", required=False, metavar="[ID]")
@click.option("--in-force", is_flag=True, help="Only the documents that apply on the day.")
@basis_options
@click.pass_context
def documents(
    ctx: click.Context,
    document: str | None,
    path: str,
    on: str | None,
    known: str | None,
    *,
    in_force: bool,
    void_annulled: bool,
    as_json: bool,
) -> None:
    """List the governing documents.

    With an ID, that one and all its versions. A document that is adopted is not in force before
    its first day. Exit code 1 where there was no document of that ID on the day.
    """
    with asked(path, on, known, void_annulled=void_annulled) as view:
        found, why_none = named(document, view.document, view.documents)
        pending = view.pending_about("document")
    found = [one for one in found if one.in_force or not in_force]
    if as_json:
        print_json(
            {
                "basis": view.basis.as_dict(),
                "documents": [one.as_dict() for one in found],
                "pending": pending_dicts(pending),
            }
        )
    else:
        click.echo(f"documents, {show.basis(view.basis)}\n")
        _summary(found)
        for one in found if document is not None else ():
            _whole(one)
        print_pending(pending)
    if why_none:
        click.echo(why_none, err=True)
        ctx.exit(NO)


def _summary(found: Sequence[Document]) -> None:
    headers = ["document", "title", "category", "owner", "adopted", "valid", "state", "review"]
    rows = [
        [
            one.document,
            short(one.current.title),
            one.current.category,
            one.current.owner,
            _day(one.current.adopted),
            _valid(one),
            _state(one),
            _review(one),
        ]
        for one in found
    ]
    show.table(headers, rows)
    click.echo()


def _whole(one: Document) -> None:
    current = one.current
    said = {
        "dated": current.dated,
        "adopted": current.adopted,
        "decision": current.fact.entry.decision,
        "first adopted": one.original_date,
        "first dnr": one.original_dnr,
        "dnr": current.dnr,
        "retention": current.retention,
        "scope": current.scope,
        "published in": current.publication,
    }
    for name, value in said.items():
        if value is not None:
            click.echo(f"{name}: {value}")
    click.echo()
    show.title("Versions")
    rows = [
        [
            str(version.valid_from),
            _day(version.valid_until),
            show.decision(version.fact.entry),
            short(version.change or ""),
            show.position(version.fact),
        ]
        for version in one.versions
    ]
    show.table(["valid from", "until", "decision", "change", "entry"], rows)
    click.echo()


def _valid(one: Document) -> str:
    until = one.current.valid_until
    return f"{one.current.valid_from} –" + ("" if until is None else f" {until}")


def _state(one: Document) -> str:
    if one.repealed is not None:
        by = "" if one.replaced_by is None else f", replaced by {one.replaced_by}"
        return f"repealed {one.repealed}{by}"
    return one.status.replace("_", " ")


def _review(one: Document) -> str:
    due = one.current.review_by
    said = one.current.review if due is None else str(due)
    return f"{said} (overdue)" if one.review_overdue else said or show.NOTHING


def _day(day: PartialDate | None) -> str:
    return show.NOTHING if day is None else str(day)
