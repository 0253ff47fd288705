"""The broken files under `broken/`: how each must be refused stands in its first lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dosewright
from dosewright.errors import Mistake
from dosewright.orders import bands, proposals, toxicity_today
from dosewright.orders.patient import load_patient
from dosewright.protocol import library
from dosewright.protocol.site import load_site

FOLDER = Path(__file__).with_name("broken")
EXAMPLES = Path(dosewright.__file__).with_name("examples")
USUAL = {
    "protocol": FOLDER / "usual-protocol.yaml",
    "site": EXAMPLES / "site-example.yaml",
    "patient": EXAMPLES / "patient-usual.yaml",
    "bands": EXAMPLES / "bands-oxaliplatin.yaml",
}


@dataclass(frozen=True)
class Broken:
    """One broken file: of which kind, how it must be refused, and which rows of the bad inputs it stands for."""

    kind: str
    path: Path
    refusals: tuple[str, ...]
    rows: frozenset[str]
    content: bytes


def broken_files() -> Iterator[Broken]:
    """Every broken file, completed by what it leaves out."""
    for kind in USUAL:
        for path in sorted((FOLDER / kind).glob("*.yaml")):
            text = path.read_bytes().decode("utf-8")
            remarks = [line.lstrip("# ") for line in text.split("\n") if line.startswith("# ")]
            left_out = {word for line in remarks if line.startswith("without ") for word in line.split()[1:]}
            rows = {word for line in remarks if line.endswith("of the bad inputs.") for word in line.split()}
            refusals = tuple(line for line in remarks if re.match(r"\d+:\d+", line))
            content = text if "everything" in left_out else text + the_rest(kind, text, left_out)
            yield Broken(kind, path, refusals, frozenset(rows), content.encode("utf-8"))


def the_rest(kind: str, text: str, left_out: set[str]) -> str:
    """The top-level parts of the usual file that a broken one does not have."""
    there = set(re.findall(r"^([a-z_]+):", text, re.MULTILINE)) | left_out
    parts = re.split(r"^(?=[a-z_]+:)", USUAL[kind].read_text("utf-8"), flags=re.MULTILINE)[1:]
    return "".join(part for part in parts if part.partition(":")[0] not in there)


def load_checked_site(content: bytes, name: str) -> None:
    """A site as `dosewright site check` checks it: with its decisions, tables of bands, grades and rules."""
    site, document = load_site(content, name)
    library.check_decisions(site, document)
    bands.check_bands(site, document)
    toxicity_today.check_holds(site, document)
    proposals.check_rules(site, document)


LOAD: dict[str, Callable[[bytes, str], object]] = {
    "protocol": library.load,
    "site": load_checked_site,
    "patient": load_patient,
    "bands": bands.load,
}


def refusal_of(broken: Broken) -> str:
    """How a broken file is refused: its whole message, without the name of the file; or that it was read."""
    try:
        LOAD[broken.kind](broken.content, "x")
    except Mistake as mistake:
        return re.sub("^x:", "", str(mistake), flags=re.MULTILINE)
    return "was read"
