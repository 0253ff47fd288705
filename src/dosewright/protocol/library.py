"""The library of protocols that the tool ships, sealed by their hashes, and any protocol file of the user's own."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ..errors import Mistake, did_you_mean, together
from ..reading import Document, read, validate
from .model import Protocol
from .site import Site

FOLDER = Path(__file__).with_name("library")
SEAL = FOLDER / "SHA256SUMS"


class Loaded(NamedTuple):
    """A protocol with the document it was read from."""

    protocol: Protocol
    document: Document


def names() -> list[str]:
    """The protocols of the library, by id."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


@functools.cache
def _seals() -> Mapping[str, str]:
    lines = SEAL.read_text("utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def sealed(name: str) -> str | None:
    """The hash under which a protocol of the library was sealed; None for a name that is not there."""
    return _seals().get(f"{name}.yaml")


@functools.cache
def from_library(name: str) -> Loaded:
    """A protocol of the library, refused where a single byte of it differs from what was sealed."""
    path = FOLDER / f"{name}.yaml"
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != _seals().get(path.name):
        raise Mistake(
            "the protocol as it was sealed", where=path.name, hint="its content has changed; reinstall the tool"
        )
    return load(content, path.name)


def load(content: bytes, name: str) -> Loaded:
    """A protocol from the bytes of a file, with every mistake reported at once."""
    document = read(content, name)
    return Loaded(validate(document, Protocol), document)


def check_decisions(site: Site, document: Document) -> None:
    """Hold a site's decisions against the protocols of the library that they name.

    Raises one mistake for each decision on a question that is not open, or with a choice that is not there.
    """
    mistakes = []
    for index, decision in enumerate(site.decisions):
        where = document.where(("decisions", index))
        if decision.protocol not in names():  # a protocol of the hospital's own, unless it is a slip of the pen
            if decision.protocol not in {approved.partition("@")[0] for approved in site.protocols}:
                needs = f"a protocol of the library ({', '.join(names())}) or one that this site has approved"
                mistakes.append(Mistake(needs, where=where, got=decision.protocol))
            continue
        protocol = from_library(decision.protocol).protocol
        questions = protocol.questions()
        if decision.of not in questions:
            needs = f"an open question of {decision.protocol} ({', '.join(questions)})"
            mistakes.append(Mistake(needs, where=where, got=decision.of))
            continue
        try:
            protocol.choose(questions[decision.of], decision.choose)
        except ValueError as error:
            mistakes.append(error.at(where) if isinstance(error, Mistake) else Mistake(str(error), where=where))
    if mistakes:
        raise together(mistakes)


def find(name: str) -> Loaded:
    """A protocol by its id in the library, or by the path of a file."""
    if name in names():
        return from_library(name)
    path = Path(name)
    if path.suffix in {".yaml", ".yml", ".json"}:
        try:
            content = path.read_bytes()
        except (OSError, ValueError) as error:
            hint = getattr(error, "strerror", None) or str(error)
            raise Mistake("a protocol file that can be read", got=name, hint=hint) from None
        return load(content, path.name)
    needs = f"a protocol of the library ({', '.join(names())}) or the path of a YAML file"
    raise Mistake(needs, example=names()[0], got=name, hint=did_you_mean(name, names()))
