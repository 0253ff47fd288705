"""The main job on the example patients that the package ships: sheets and worksheets, for a first look."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final, Literal, NamedTuple

from . import documents, files
from .orders.order import order
from .orders.patient import load_patient
from .protocol import library
from .protocol.site import load_site, reference_site

EXAMPLES: Final = Path(__file__).with_name("examples")
DAY: Final = dt.date(2026, 11, 23)


class Sheet(NamedTuple):
    """One sheet of the demonstration."""

    patient: str
    protocol: str
    cycle: int
    site: str | None
    kind: Literal["order", "worksheet"] = "order"


SHEETS: Final = (
    Sheet("patient-usual", "haic-folfox", 1, None),
    Sheet("patient-usual", "haic-folfox", 1, "site-example"),
    Sheet("patient-usual", "hepa-haic", 1, "site-example"),
    Sheet("patient-usual", "hepa-haic", 1, "site-example", "worksheet"),
    Sheet("patient-small", "hepa-haic", 1, None),
    Sheet("patient-small", "hepa-haic", 1, None, "worksheet"),
    Sheet("patient-large", "haic-folfox", 2, "site-example"),
    Sheet("patient-unknown", "haic-folfox", 1, None),
)


def sheets() -> tuple[Sheet, ...]:
    """The sheets of the demonstration."""
    return SHEETS


def make(sheet: Sheet, folder: Path) -> str:
    """Write one sheet as PDF and as HTML, and say what was made."""
    patient, _ = load_patient((EXAMPLES / f"{sheet.patient}.yaml").read_bytes(), f"{sheet.patient}.yaml")
    name = f"{sheet.site}.yaml"
    site, document = load_site((EXAMPLES / name).read_bytes(), name) if sheet.site else reference_site()
    loaded = library.find(sheet.protocol)
    made = order(loaded, site, document, patient, cycle=sheet.cycle, on=DAY, what_if={})
    to_html = documents.worksheet_html if sheet.kind == "worksheet" else documents.order_html
    stem = f"{sheet.kind}-{sheet.protocol}-{sheet.patient.removeprefix('patient-')}-{site.id}"
    files.write(folder / f"{stem}.html", to_html([made]).encode("utf-8"))
    files.write(folder / f"{stem}.pdf", documents.joined_pdf([made], kind=sheet.kind))
    state = "released" if made["released"] else "not released"
    return f"{folder / stem}.pdf and .html: {made['patient']['name']}, cycle {sheet.cycle}, {state}"
