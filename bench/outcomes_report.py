"""The report of a made-up cohort of a thousand patients as PDF, beside the import of what prints it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from .measure import Result, at_most, of_command

RUN = [sys.executable, "-m", "dosewright", "outcomes"]
PATIENTS = "1000"
ROUNDS = 3


def run() -> Iterator[Result]:
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(Path(folder) / "cache")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        timed = partial(of_command, environment=environment)
        cohort, out = str(Path(folder) / "cohort"), str(Path(folder) / "report.pdf")
        timed([*RUN, "cohort", "example", "--out", cohort, "--patients", PATIENTS])()
        ours = timed([*RUN, "report", cohort, "--out", out])
        theirs = timed([sys.executable, "-c", "import weasyprint"])
        yield at_most(
            f"report of {int(PATIENTS):,} patients as PDF, to import WeasyPrint", ours, theirs, 10, rounds=ROUNDS
        )
