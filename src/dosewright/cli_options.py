"""What the commands of several modules share: options, and the reading of what they name."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from .orders.patient import Patient
    from .protocol.site import Site
    from .reading import Document


@contextmanager
def one_case() -> Iterator[None]:
    """Import what one case needs, quickly.

    Pint would load NumPy for columns, at half the cost of the whole command, and Dask where that is installed; imports
    make no garbage worth collecting; and no plugin may have a say in what we validate.
    """
    import gc

    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    hidden = [] if "pint" in sys.modules else [name for name in ("numpy", "dask") if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    gc.disable()
    try:
        import pint  # noqa: F401

        yield
    finally:
        gc.freeze()  # what was imported stays to the end: no collection need look at it again, not even the last
        gc.enable()
        for name in hidden:
            del sys.modules[name]


def read_site(path: str | None) -> tuple[Site, Document]:
    from pathlib import Path

    from . import files
    from .protocol.site import load_site, reference_site

    if path is None:
        return reference_site()
    from .orders.bands import check_bands
    from .orders.proposals import check_rules
    from .orders.toxicity_today import check_holds
    from .protocol.library import check_decisions

    found = load_site(files.read(path), Path(path).name, lambda name: files.read(str(Path(path).parent / name)))
    check_decisions(*found)
    check_bands(*found)
    check_holds(*found)
    check_rules(*found)
    return found


@contextmanager
def in_file(document: Document) -> Iterator[None]:
    """What is found wrong in what a file says is told with its line and column."""
    from .errors import Mistake

    try:
        yield
    except Mistake as mistake:
        raise document.tells(mistake) if mistake.within else mistake from None


def read_patient(path: str) -> tuple[Patient, Document]:
    from pathlib import Path

    from . import files
    from .orders.patient import load_patient

    return load_patient(files.read(path), Path(path).name)


def what_ifs(decide: Iterable[str]) -> dict[str, str]:
    """The what-ifs of one call, 'PATH=CHOICE' each."""
    from .errors import Mistake

    found: dict[str, str] = {}
    for text in decide:
        path, equals, choice = text.partition("=")
        if not equals or not path or not choice:
            raise Mistake("PATH=CHOICE", where="--decide", example="fluorouracil.dose=discussion", got=text)
        if path in found:
            raise Mistake("each question once", where="--decide", got=text)
        found[path] = choice
    return found


def dated(option: str, text: str) -> dt.date:
    """A date that an option gives."""
    from .dates import read_day
    from .errors import Mistake

    try:
        return read_day(text)
    except Mistake as mistake:
        raise mistake.at(option) from None


def today() -> dt.date:
    import datetime

    return datetime.datetime.now().astimezone().date()


def numbered(option: str, text: str) -> int:
    """A cycle or a day, counted from 1."""
    from .errors import Mistake

    if not (text.isascii() and text.isdigit() and len(text) < 4 and text[0] != "0"):
        raise Mistake("a whole number from 1", where=option, example="1", got=text)
    return int(text)


def dumped(data: object) -> str:
    import json

    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)


def leave(released: bool) -> int:
    from .errors import DONE, DONE_WITH_BLOCKING_FINDINGS

    return DONE if released else DONE_WITH_BLOCKING_FINDINGS


format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people or for programs."
)
site_option = click.option(
    "--site", "site_path", metavar="FILE", help="The hospital's own policy; without it the reference site."
)
decide_option = click.option(
    "--decide", multiple=True, metavar="PATH=CHOICE", help="A what-if on an open question; never releases."
)


@contextmanager
def progress(items: Iterable[Any], length: int, label: str) -> Iterator[Iterable[Any]]:
    """A progress bar on a terminal, and silence in a pipe."""
    if not sys.stderr.isatty() or length < 2:
        yield items
        return
    with click.progressbar(items, length=length, label=label, file=sys.stderr) as bar:
        yield bar


_CLEARED = "\r\x1b[K"  # back to the beginning of the line, and nothing on it


@contextmanager
def counted(what: str) -> Iterator[Callable[[int], None]]:
    """A running count on a terminal, gone when all is counted; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda number: None
        return
    try:
        yield lambda number: click.echo(f"\r{number:,} {what}", nl=False, err=True)
    finally:
        click.echo(_CLEARED, nl=False, err=True)


def new_file(out: str, content: bytes, *, quiet: bool = False) -> None:
    """Write a template where nothing stands yet; what a user has written is never overwritten."""
    from pathlib import Path

    from . import files
    from .errors import Mistake

    if Path(out).exists():
        raise Mistake("a file that does not exist yet", where="--out", got=out)
    files.write(Path(out), content)
    if not quiet:
        click.echo(f"{out}: written")


def another_file(out: str, read: Iterable[str | None]) -> None:
    """Refuse to write over a file that is read: it would be gone."""
    from pathlib import Path

    from .errors import Mistake

    if any(Path(path).resolve() == Path(out).resolve() for path in read if path is not None):
        raise Mistake("another file than those that are read", where="--out", got=out)


def check_files(paths: Sequence[str], load: Callable[[bytes, str], object]) -> int:
    from pathlib import Path

    from . import files

    return check_each(paths, lambda path: load(files.read(path), Path(path).name))


def check_each(paths: Sequence[str], load: Callable[[str], object]) -> int:
    """Load each file by its path, and say of each whether it is in order."""
    from .errors import DONE, WRONG_INPUT, Mistake

    code = DONE
    for path in paths:
        try:
            load(path)
        except Mistake as mistake:
            click.echo(str(mistake), err=True)
            code = WRONG_INPUT
        else:
            click.echo(f"{path}: in order")
    return code
