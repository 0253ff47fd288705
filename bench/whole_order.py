"""One whole warm order, from protocol, site and patient to its data and hash, beside reading its patient alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dosewright
from dosewright.orders.order import order
from dosewright.orders.patient import Patient
from dosewright.protocol import library
from dosewright.protocol.site import load_site
from dosewright.reading import read

from .measure import Result, at_most, in_process

EXAMPLES = Path(dosewright.__file__).with_name("examples")


def run() -> Iterator[Result]:
    data = read((EXAMPLES / "patient-usual.yaml").read_bytes(), "patient-usual.yaml").data
    site, document = load_site((EXAMPLES / "site-example.yaml").read_bytes(), "site-example.yaml")
    patient = Patient.model_validate(data)
    loaded = library.find("hepa-haic")
    day = dt.date(2026, 11, 23)
    yield at_most(
        "one whole warm order, beside model_validate of its patient",
        in_process(lambda: order(loaded, site, document, patient, cycle=1, on=day, what_if={}), times=20),
        in_process(lambda: Patient.model_validate(data), times=500),
        100,
        rounds=8,
    )
