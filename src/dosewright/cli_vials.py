"""Commands about vials: the plan for a day's list of orders."""

from __future__ import annotations

from typing import Any

import click

from .cli_options import another_file, dumped, leave, one_case, read_site


@click.group()
def vials() -> None:
    """Vials shared: a plan for a day's list of orders."""


@vials.command("plan")
@click.argument("paths", nargs=-1, required=True, metavar="ORDER…")
@click.option("--site", "site_path", metavar="FILE", required=True, help="The hospital's own policy.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", help="For people or for programs."
)
@click.option("--out", metavar="PATH", help="The plan as X.pdf, X.html, X.json or X.csv.")
@click.option("--paper", type=click.Choice(["A4", "Letter"]), default="A4", help="Size of the paper.")
def vials_plan(paths: tuple[str, ...], site_path: str, form: str, out: str | None, paper: Any) -> int:
    """Which vials to open for a day's orders, who gets what from which, and what is left over, shared and not.

    \b
    dosewright vials plan orders/*.json --site site.yaml --out plan.pdf
    """
    from pathlib import Path

    with one_case():
        from . import documents, files
        from .orders import sharing

    from .errors import Mistake

    ending = Path(out).suffix if out is not None else ".json"
    if ending not in {".pdf", ".html", ".json", ".csv"}:
        raise Mistake("a file that ends in .pdf, .html, .json or .csv", where="--out", example="plan.pdf", got=out)
    if out is not None:
        another_file(out, [*paths, site_path])
    site, document = read_site(site_path)
    given = []
    for path in paths:
        content, name = files.read(path), Path(path).name
        order = documents.order_of(content, name)
        if not documents.verify(content, name).unchanged:
            raise Mistake("an order that is still as it was written", where=path)
        given.append(sharing.given(order, path))
    plan = sharing.plan(given, site, document)
    if out is not None:
        files.write(Path(out), _written(plan, ending, paper))
    told = {"json": dumped, "csv": _csv, "text": _text}[form](plan)
    click.echo(told)
    if out is not None and form == "text":
        click.echo(f"{out}: written")
    return leave(plan["released"])


def _written(plan: dict[str, Any], ending: str, paper: Any) -> bytes:
    if ending in {".json", ".csv"}:
        return f"{dumped(plan) if ending == '.json' else _csv(plan)}\n".encode()
    from . import vial_sheets

    return vial_sheets.plan_pdf(plan, paper=paper) if ending == ".pdf" else vial_sheets.plan_html(plan, paper=paper)


def _text(plan: dict[str, Any]) -> str:
    from . import terminal_preparation

    return terminal_preparation.vials(plan)


_HEAD = (
    "drug", "product", "vial", "size [mg]", "opened", "use by", "order", "patient", "line", "amount [mg]",
    "volume [mL]", "left [mg]",
)  # fmt: skip


def _csv(plan: dict[str, Any]) -> str:
    """A line for each amount that is drawn; what is left of a vial stands in its last."""
    import csv
    import io

    from .cases import quoted

    names = {one["id"]: one["patient"] for one in plan["orders"]}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEAD)
    for of in plan["drugs"]:
        for vial in of["vials"]:
            last = len(vial["uses"]) - 1
            for place, use in enumerate(vial["uses"]):
                cells = [of["drug"], of["product"], vial["number"], vial["size"]["value"]]
                cells += [vial["opened"] or "undecided", vial["use_by"] or ""]
                cells += [use["order"], names[use["order"]], use["line"], use["amount"]["value"]]
                cells += [use["volume"]["value"], vial["left"]["value"] if place == last else ""]
                writer.writerow([quoted(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue().rstrip("\n")
