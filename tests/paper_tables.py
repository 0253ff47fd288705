"""The source paper's tables as somebody else has transcribed and recomputed them."""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).parent / "paper"


def paper(name: str) -> list[dict[str, str]]:
    """The rows of one of the tables."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
