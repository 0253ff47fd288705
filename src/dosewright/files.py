"""Files of the user's: read with a clear message, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .errors import Mistake


def read(path: str, *, most: int = 50_000_000) -> bytes:
    """The bytes of a file, or a mistake that says which file and why not."""
    if Path(path).exists() and not Path(path).is_file():
        raise Mistake("a file, no folder and no device", where=path)
    try:
        with open(path, "rb") as file:
            content = file.read(most + 1)
    except (OSError, ValueError) as error:
        hint = getattr(error, "strerror", None) or str(error)
        raise Mistake("a file that can be read", where=path, hint=hint) from None
    if len(content) > most:
        raise Mistake(f"a file of at most {most:,} bytes", got=path)
    return content


def write(path: Path, content: bytes) -> None:
    """Put content where a path says: to a temporary file beside it, then renamed over it."""
    with writing(path, "wb") as file:
        file.write(content)


@contextlib.contextmanager
def writing(path: Path, mode: str = "w") -> Iterator[IO]:  # type: ignore[type-arg]
    """A file to write to, which is there whole afterwards or not at all; its folder is made if no other lacks."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    text = {} if "b" in mode else {"encoding": "utf-8", "newline": ""}
    fresh = not path.parent.exists()
    try:
        path.parent.mkdir(exist_ok=True)  # of more than one, the path is a slip of the pen
        with open(part, mode, **text) as file:  # type: ignore[call-overload]
            yield file
        part.replace(path)
    except OSError as error:
        raise Mistake("a file that can be written", got=str(path), hint=error.strerror or "") from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
            if fresh:
                path.parent.rmdir()  # refused where the file is there
