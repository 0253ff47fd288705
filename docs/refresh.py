"""The pages of the manual, kept true: every console block is a session that can be run and compared, or written anew.

`python docs/refresh.py` writes into each page what the commands print today, and the page of calculators from the
catalogue; with `--pictures` it draws the pictures anew. `tests/test_docs.py` uses the same functions to fail where a
page and the tool no longer agree.

A page's blocks run in order, in one temporary folder that holds `examples/`:

- in a `console` block a line that starts with `$ ` is a command, and what follows is just what it prints. A line with
  nothing but `…` stands for any number of lines, `…` within a line for any signs; what is shortened in this way is
  compared, but not written anew. `dosewright`, `cat FILE`, `cp FILE FILE`, `echo $?` and `python FILE` are run; `./dev`
  is not.
- a block that names a file after its language (`yaml site.yaml`) writes that file. Where the file is there already, the
  block replaces the top-level keys that it names.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "src" / "dosewright" / "examples"
CALCULATORS = ROOT / "docs" / "reference" / "calculators.md"
RULES = ROOT / "docs" / "reference" / "rules.md"
FIELDS = ROOT / "docs" / "reference" / "order-fields.md"
PICTURES = ROOT / "docs" / "pictures"
ANY = "…"
_FENCE = re.compile(r"^(?P<ticks>`{3,}) ?(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=ticks)$", re.MULTILINE | re.DOTALL)
_KEY = re.compile(r"^[a-z_]+:", re.MULTILINE)


def pages() -> list[Path]:
    """Every page of the manual."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


@dataclass
class Step:
    """One command of a session and what the page says it prints."""

    command: str
    typed: str
    shown: str


def steps(body: str) -> Iterator[Step]:
    """The commands of a console block, each with the lines that follow it."""
    for part in re.split(r"^(?=\$ )", body, flags=re.MULTILINE):
        if part.startswith("$ "):
            typed = re.match(r"(?:.*\\\n)*.*\n", part)[0]  # type: ignore[index]  # a line matches always
            command = typed.removeprefix("$ ").replace("\\\n", " ").strip()
            yield Step(command, typed, part[len(typed) :])


@dataclass
class Session:
    """A folder in which one page's commands run, one after the other."""

    folder: Path
    code: int = 0
    skipped: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "examples").symlink_to(EXAMPLES)

    def write(self, name: str, content: str) -> None:
        """A file of the page: new, or with the keys that the block names put in place of what stands there."""
        if name.startswith("examples/"):
            raise ValueError(f"{name}: a page changes a copy, never an example itself")
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_merged(path.read_text("utf-8"), content) if path.exists() else content, "utf-8")

    def run(self, command: str) -> str | None:
        """What a command prints, or None where it is not one to be run here."""
        words = shlex.split(command, comments=True)
        if words[0] == "cat":
            return "".join((self.folder / name).read_text("utf-8") for name in words[1:])
        if words[0] == "cp":
            shutil.copyfile(self.folder / words[1], self.folder / words[2])
            return ""
        if command == "echo $?":
            return f"{self.code}\n"
        if words[0] == "dosewright":
            return self._dosewright(words[1:])
        if words[0] == "python":
            return self._python(words[1:])
        self.skipped.append(command)
        return None

    def _dosewright(self, arguments: list[str]) -> str:
        from dosewright import cli

        told = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            self.code = cli.run(arguments)
        return told.getvalue()

    def _python(self, arguments: list[str]) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, capture_output=True, text=True, check=False
        )
        self.code = done.returncode
        return done.stdout + done.stderr


def _merged(old: str, new: str) -> str:
    """A YAML file in which each top-level key of `new` has taken the place of the same key."""
    for section in re.split(r"^(?=[a-z_]+:)", new, flags=re.MULTILINE):
        key = _KEY.match(section)
        if key is None:
            continue
        place = re.compile(rf"^{key[0]}.*\n(?:[ -].*\n|\n)*", re.MULTILINE)
        old, found = place.subn(section.replace("\\", r"\\").rstrip("\n") + "\n", old)
        if found != 1:
            raise ValueError(f"{key[0]} stands {found} times in the file that the page changes")
    return old


def same(shown: str, printed: str) -> bool:
    """Whether what a page shows is what was printed; a line `…` stands for any lines, also for none."""
    pattern = "".join(
        r"(?:[^\n]*\n)*?" if line.strip() == ANY else re.escape(line).replace(ANY, r"[^\n]*?") + r"\n"
        for line in _lines(shown)
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(printed))) is not None


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").split("\n")] if text.strip() else []


def sessions(page: Path, folder: Path) -> Iterator[tuple[Step, str]]:
    """Every command of a page that was run, with what it printed."""
    session = Session(folder)
    for block in _FENCE.finditer(page.read_text("utf-8")):
        language, _, name = block["info"].partition(" ")
        if name:
            session.write(name, block["body"])
        elif language == "console":
            for step in steps(block["body"]):
                printed = session.run(step.command)
                if printed is not None:
                    yield step, printed


def chores(page: Path) -> set[str]:
    """The chores of ./dev that a page names."""
    return set(re.findall(r"\./dev ([a-z]+)", page.read_text("utf-8")))


def calculators() -> str:
    """The page of calculators, from the catalogue."""
    from dosewright.calculators.checked import catalogue

    out = [
        "# Calculators",
        "",
        "Written by `python docs/refresh.py` from what `dosewright calc list` prints. What stands in brackets may be",
        "left out. Every quantity carries its unit; where a unit is wrong, the calculator refuses.",
    ]
    module = ""
    for one in catalogue().values():
        here = one.function.__module__.rsplit(".", 1)[-1]
        if here != module:
            out += ["", f"## {here.capitalize()}"]
            module = here
        arguments = " ".join(a.name if a.required else f"[{a.name}]" for a in one.arguments.values())
        out += ["", f"### {one.command}", "", one.title, "", "```text", f"{one.command} {arguments}", "", *one.formula]
        out += ["```", "", f"- Limits: {one.limits}", f"- Raises (in Python): {one.raises}", f"- Source: {one.source}"]
        out += [f"- {line}" for line in _takes(one)]
    return "\n".join(out) + "\n"


def _takes(one: object) -> Iterator[str]:
    for argument in one.arguments.values():  # type: ignore[attr-defined]
        if argument.kind is not None:
            yield f"`{argument.name}`: {argument.kind.needs}, for example `{argument.kind.example}`"
        elif argument.words:
            yield f"`{argument.name}`: {', '.join(f'`{word}`' for word in argument.words)}"


def rules() -> str:
    """The page of rules, from the catalogue."""
    from dosewright.orders.check import REASONS
    from dosewright.orders.rules import CHAPTERS, RULES
    from dosewright.orders.rules.hazards import HAZARDS

    out = [_ABOUT_RULES]
    for chapter, title in CHAPTERS.items():
        heads = ("rule", "severity", "it fires where", "measured; allowed", "source", "what to do", "hazards")
        out += ["", f"## {title}", "", _row(heads), _row(["---"] * len(heads))]
        for one in (rule for rule in RULES.values() if rule.module == chapter):
            told = "; ".join(text for text in (one.measured.outline(), one.allowed.outline()) if text)
            words = (one.message, told, one.source.outline(), one.advice, ", ".join(one.hazards))
            out.append(_row((f"`{one.id}`", one.severities, *words)))
    out += ["", "## Overrides", "", _ABOUT_OVERRIDES, "", *(f"- {reason}" for reason in REASONS)]
    out += ["", "## Hazards", "", _row(("number", "hazard")), _row(["---"] * 2)]
    out += [_row((id, words)) for id, words in HAZARDS.items()]
    return "\n".join(out) + "\n"


_ABOUT_RULES = """# Rules of a check

Written by `python docs/refresh.py` from what `dosewright rules list` prints. Each rule holds one thing that an order
states against protocol, site or the order's own figures; limits stand in the protocol and in the site file, never in a
rule. A rule that lacks what it needs says *not checked*, never *in order*. What the severities mean:
[findings](findings.md).

Figures that follow from each other (rate × time and volume, dose ÷ volume and concentration, body surface area) may lie
0.5 % apart, which is what rounding for print makes of them."""
_ABOUT_OVERRIDES = """Somebody may answer for a finding, by name, role and one of these reasons; what is refused
outright needs a second person. Answers are counted for each rule."""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def order_fields() -> str:
    """The page of the fields of an order, from the table that reads them."""
    from dosewright.orders.rules.fields import FIELDS

    out = [_ABOUT_FIELDS]
    for part, fields in FIELDS.items():
        title, where = _PARTS[part]
        heads = ("field", "what it is", "written as", "for example")
        out += ["", f"## {title}", "", f"Written {where}.", "", _row(heads), _row(["---"] * len(heads))]
        for one in (known for known in fields.values() if not known.noted):
            needs = one.needs if one.form != "word" or one.words else "words"
            out.append(_row((f"`{one.name}`", one.says, needs, f"`{one.example}`")))
    return "\n".join(out) + "\n"


_ABOUT_FIELDS = """# Fields of an order

Written by `python docs/refresh.py` from the table by which orders are read. A sheet in YAML or JSON, a table in CSV,
XLSX or Parquet, and our own order come down to these fields. In a sheet a quantity carries its unit; in a table the
unit stands in the header or in each cell. A field that is left out is not known, and `unknown` says the same. How to
use them: [check orders](../how-to/check-orders.md)."""
_PARTS = {
    "order": ("The order", "as `weight`, or in a column `weight [kg]`"),
    "line": (
        "A line",
        "under `lines`, or in a column `oxaliplatin.dose [mg]`; a line is the protocol's of the name of its `key`, or "
        "of its `drug` where it has none. Premedication and other supportive drugs have no line: they stand in `care`",
    ),
    "beads": ("Beads", "under `beads`, or in a column `beads.offered [mg]`"),
    "lab": ("A laboratory value", "under `laboratory` with its `analyte`, or in a column `lab.neutrophils.value`"),
    "before": (
        "What was given before",
        "under `before` with its `drug`, or in a column `before.doxorubicin.total [mg/m2]`",
    ),
}


def refresh(page: Path) -> list[str]:
    """Write into a page what its commands print now; return the commands that a person must look at: those whose
    shortened output no longer fits, and those that fell over a fault of the tool."""
    text = page.read_text("utf-8")
    stale = []
    with tempfile.TemporaryDirectory() as folder:
        for step, printed in sessions(page, Path(folder)):
            if same(step.shown, printed):
                continue
            if ANY in step.shown or "a fault of the tool" in printed:
                stale.append(step.command)
            else:
                blank = "\n" if step.shown.endswith("\n\n") else ""
                told = "".join(f"{line}\n" for line in _lines(printed)) + blank
                text = text.replace(step.typed + step.shown, step.typed + told, 1)
    page.write_text(text, "utf-8")
    return stale


def pictures() -> None:
    """The pictures of the manual, in shades of grey: the first pages of two sheets, and a month of a patient."""
    from dosewright import demonstration

    wanted = {
        "order-sheet": demonstration.Sheet("patient-usual", "haic-folfox", 1, None),
        "worksheet": demonstration.Sheet("patient-usual", "hepa-haic", 1, "site-example", "worksheet"),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, sheet in wanted.items():
            here = Path(folder) / name
            demonstration.make(sheet, here)
            _draw(next(here.glob("*.pdf")), name, page=0, scale=1.4)
        _draw(_months(Path(folder)), "calendar", page=1, scale=1.0)


def _months(folder: Path) -> Path:
    """The months of a patient whose second cycle was moved, as the page on courses makes them."""
    session = Session(folder)
    common = "--patient examples/patient-usual.yaml --site examples/site-example.yaml"
    recorded = "--site examples/site-example.yaml --by 'Dr B. Lindqvist'"
    for command in (
        f"course plan haic-folfox {common} --start 2026-11-23 --cycles 4 --out course.yaml",
        f"course record course.yaml {recorded} --cycle 1 --status given --on 2026-11-23 --reason given"
        " --entered 2026-11-24",
        f"course move course.yaml {recorded} --cycle 2 --to 2026-12-17 --reason 'neutrophils 1.3' --entered 2026-12-11",
        f"calendar haic-folfox {common} --course course.yaml --for patient --out months.pdf",
    ):
        told = session.run(f"dosewright {command}")
        if session.code > 1:
            raise ValueError(told)
    return folder / "months.pdf"


def _draw(pdf: Path, name: str, *, page: int, scale: float) -> None:
    import pypdfium2

    with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
        picture = document[page].render(scale=scale).to_pil().convert("L").quantize(16)
        picture.save(PICTURES / f"{name}.png", optimize=True)


def main() -> None:
    """Bring every page up to date, and name what a person must mend."""
    if "--pictures" in sys.argv:
        pictures()
    CALCULATORS.write_text(calculators(), "utf-8")
    RULES.write_text(rules(), "utf-8")
    FIELDS.write_text(order_fields(), "utf-8")
    stale = [f"{page.relative_to(ROOT)}: {command}" for page in pages() for command in refresh(page)]
    print("\n".join(stale) or "all pages are up to date")
    sys.exit(bool(stale))


if __name__ == "__main__":
    main()
