"""A plan of vials on paper: who gets what from which vial, with room for initials."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any, Literal

from markupsafe import Markup

from . import __version__, documents, sheets, terminal, typefaces, wording
from .terminal_preparation import clock, quality, rule, total

Paper = Literal["A4", "Letter"]
Data = Mapping[str, Any]


def plan_html(plan: Data, *, paper: Paper = "A4") -> bytes:
    """The plan as one page for screen and paper."""
    page = (
        documents.environment()
        .get_template("page.html")
        .render(
            title=_title(plan),
            keywords=f"dosewright vials {paper}",
            styles=[Markup(documents.style(paper))],
            articles=[Markup(_article(plan))],
            data=[],
        )
    )
    return page.encode("utf-8")


def plan_pdf(plan: Data, *, paper: Paper = "A4") -> bytes:
    """The plan as PDF; the same plan gives the same bytes."""
    article = _article(plan)
    identifier = hashlib.sha256(article.encode("utf-8")).digest()[:16]
    return documents.printed([article], paper, _title(plan), f"dosewright vials {paper}", identifier)


def _title(plan: Data) -> str:
    return f"Vials for {plan['on']}, {plan['site']['id']}"


def _article(plan: Data) -> str:
    article = documents.environment().get_template("vials.html").render(_view(plan))
    typefaces.require(article)
    return article


def _view(plan: Data) -> dict[str, Any]:
    """All that the template needs, in words."""
    site, count = plan["site"], len(plan["orders"])
    stopping = [one["message"] for one in plan["findings"] if one["severity"] in {"refuse", "blocks-release"}]
    said = f"{count} {wording.plural('order', count)}"
    height = sheets.header_height(_name(site), f"{plan['on']} · {said}", "", "", where="--out")
    return {
        "plan": plan,
        "height": height,
        "name": _name(site),
        "day": wording.day(dt.date.fromisoformat(plan["on"])),
        "count": said,
        "stopped": not plan["released"],
        "reasons": stopping,
        "drugs": [_drug(one, plan) for one in plan["drugs"]],
        "marks": terminal.MARKS,
        "tool": f"dosewright {__version__}",
        "site": f"{site['id']}, version {site['version']}, sha256 {site['sha256'][:12]}",
    }


def _name(site: Data) -> str:
    return f"Vials, {site['name']}"


def _drug(of: Data, plan: Data) -> dict[str, Any]:
    orders = {one["id"]: one for one in plan["orders"]}
    return {
        "name": wording.drug(of["drug"]),
        "product": of["product"],
        "asked": sheets.spoken(of["asked"]),
        "rule": rule(of),
        "alone": total(of["alone"]),
        "shared": None if of["shared"] is None else f"{total(of['shared'])}; {quality(of['shared'])}",
        "vials": [
            {
                "number": str(vial["number"]),
                "size": sheets.spoken(vial["size"]),
                "opened": clock(vial["opened"], plan),
                "use_by": clock(vial["use_by"], plan) if vial["use_by"] else "",
                "uses": [_use(use, orders[use["order"]]) for use in vial["uses"]],
                "left": sheets.spoken(vial["left"]) if vial["left"]["value"] else "nothing",
            }
            for vial in of["vials"]
        ],
    }


def _use(use: Data, order: Data) -> dict[str, str]:
    return {
        "amount": f"{sheets.spoken(use['amount'])} = {sheets.spoken(use['volume'])}",
        "patient": order["patient"],
        "identifiers": " · ".join(order["identifiers"]),
        "order": order["id"],
    }
