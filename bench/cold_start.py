"""From the shell: what one command costs before it does anything, beside the imports it cannot do without."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from .measure import Result, at_most, of_command

DOSEWRIGHT = str(Path(sys.executable).parent / "dosewright")
DOSE = [DOSEWRIGHT, "dose", "haic-folfox", "--height", "165 cm", "--weight", "60 kg"]
ROUNDS = 15


def run() -> Iterator[Result]:
    with TemporaryDirectory() as cache:
        # As on any computer that has run the command once: the bytecode is there, whatever the environment here says.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        timed = partial(of_command, environment=environment)
        click = timed([sys.executable, "-c", "import click"])
        models = timed([sys.executable, "-c", "import click; from pydantic import BaseModel"])
        dose = timed(DOSE, done=(0, 1))  # 1: done, with findings that block the release
        yield at_most("dosewright --help, to import click", timed([DOSEWRIGHT, "--help"]), click, 1.2, rounds=ROUNDS)
        yield at_most("dosewright dose, to import click and pydantic", dose, models, 3, rounds=ROUNDS)
