"""Whether a patient can be treated on a day: the answer on a terminal, as data, and as a page for the notes."""

from __future__ import annotations

from typing import Any, Final, Literal

import click

from .cli_options import (
    another_file,
    dated,
    decide_option,
    dumped,
    leave,
    numbered,
    one_case,
    read_patient,
    read_site,
    site_option,
    what_ifs,
)

_FORMATS: Final = click.Choice(["text", "json", "csv"])
_OUT: Final = (".pdf", ".html", ".json", ".csv")


@click.command()
@click.argument("protocol")
@click.option("--patient", "patient_path", metavar="FILE", required=True, help="The patient.")
@click.option("--cycle", metavar="N", required=True, help="The cycle that is to be given, counted from 1.")
@click.option("--day", "day", metavar="N", default="1", help="The day of the cycle, where drugs run on several.")
@click.option("--on", "on", metavar="DATE", required=True, help="The day of treatment, as 2026-11-23.")
@click.option("--out", metavar="PATH", help="A page for the notes: X.pdf or X.html; or X.json, X.csv.")
@click.option("--paper", type=click.Choice(["A4", "Letter"]), default="A4", help="Size of the paper.")
@site_option
@decide_option
@click.option("--format", "form", type=_FORMATS, default="text", help="For people, programs or spreadsheets.")
def fit(
    protocol: str,
    patient_path: str,
    cycle: str,
    day: str,
    on: str,
    out: str | None,
    paper: Literal["A4", "Letter"],
    site_path: str | None,
    decide: tuple[str, ...],
    form: str,
) -> int:
    """Whether a patient can be treated on a day: proceed, hold, refuse or unknown, and why.

    \b
    dosewright fit haic-folfox --patient patient.yaml --site site.yaml --cycle 2 --on 2026-12-14 --out fit.pdf
    """
    with one_case():
        from .orders.order import fit_note
        from .protocol import library

    from . import files
    from .errors import Mistake

    number, of_cycle, date = numbered("--cycle", cycle), numbered("--day", day), dated("--on", on)
    target = _target(out, [one for one in (protocol, patient_path, site_path) if one])
    loaded = library.find(protocol)
    site, site_document = read_site(site_path)
    patient, document = read_patient(patient_path)
    try:
        note = fit_note(
            loaded, site, site_document, patient, cycle=number, on=date, what_if=what_ifs(decide), day=of_cycle
        )
    except Mistake as mistake:
        raise document.tells(mistake) from None
    if target is not None:
        files.write(target, _content(note, target.suffix.casefold(), paper))
    click.echo(_said(note, form).rstrip("\n"))
    if target is not None and form == "text":
        click.echo(f"{out}: written")
    return leave(note["fit"]["answer"] == "proceed")


def _target(out: str | None, read: list[str]) -> Any:
    """The file to write, of a kind that can be written, and none of those that are read."""
    from pathlib import Path

    from .errors import Mistake
    from .wording import listed

    if out is None:
        return None
    if Path(out).suffix.casefold() not in _OUT:
        raise Mistake(f"a file that ends in {listed(_OUT, 'or')}", where="--out", example="fit.pdf", got=out)
    another_file(out, read)
    return Path(out)


def _said(note: dict[str, Any], form: str) -> str:
    from . import fit_words

    return {"text": fit_words.text, "json": dumped, "csv": fit_words.table}[form](note)


def _content(note: dict[str, Any], ending: str, paper: Literal["A4", "Letter"]) -> bytes:
    if ending in {".json", ".csv"}:
        return (_said(note, ending.removeprefix(".")).rstrip("\n") + "\n").encode("utf-8")
    from . import fit_sheets

    print_ = fit_sheets.fit_pdf if ending == ".pdf" else fit_sheets.fit_html
    return print_(note, paper=paper)
