"""Everything that every calculator must refuse, as a list that can be run with and without `python -O`.

`python -O` strips assertions; a safety check must not go with them. Run as `python -O -m tests.refusals`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dosewright.calculators.checked import Argument, Calculator, catalogue
from dosewright.calculators.laboratory import analytes
from dosewright.errors import Mistake
from dosewright.units import KINDS, quantity

from .tables import bad_inputs

OF_TYPE = {
    "date": "2026-01-31",
    "Vials": "3",
    "VialSizes": "50 mg, 100 mg",
    "Doses": "50 mg, 30 mg",
    "BandTable": "130 mg to 150 mg: 140 mg; limit 8 %",
    "Tumours": "3",
}
ONE_OF_TWO = {"child_pugh": "inr"}  # where one of two arguments must be given, the one that a usual call gives


LABORATORY = tuple(one.kind for one in analytes().values())


def is_read(read: Callable[[str], object], text: str) -> bool:
    """Whether a text is read; what is not is a Mistake and never another error."""
    try:
        read(text)
    except Mistake:
        return False
    return True


def example_of(argument: Argument) -> Any:
    """A value that an argument takes."""
    if argument.kind is not None:
        return argument.read(argument.kind.example)
    return argument.words[0] if argument.words else argument.read(OF_TYPE[argument.type.__name__])


def given(calculator: Calculator) -> list[str]:
    """The names of the arguments without which a calculator cannot answer."""
    one_of_two = ONE_OF_TWO.get(calculator.name)
    return [name for name, argument in calculator.arguments.items() if argument.required or name == one_of_two]


def usual(calculator: Calculator) -> dict[str, Any]:
    """A call that a calculator answers."""
    return {name: example_of(calculator.arguments[name]) for name in given(calculator)}


def wrong_values(argument: Argument) -> Iterator[tuple[str, Any]]:
    """What an argument must refuse: quantities of every other kind, and what is no quantity at all."""
    if argument.kind is not None:
        for other in (*KINDS, *LABORATORY):
            for unit in other.units:
                if unit not in argument.kind.units:
                    yield f"{other.name} in {unit}", quantity(1.0, unit)
        yield from {"a bare number": 165.0, "text": argument.kind.example, "a word": "male"}.items()
    elif argument.words:
        yield from {"another word": "other", "a bare number": 1, "nothing at all": ""}.items()
    else:
        yield from {"text": "3", "a bare number": 3, "a quantity": quantity("3 mg")}.items()
    if argument.required:
        yield "nothing", None


def attempts() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each wrong call by its name."""
    for calculator in catalogue().values():
        call = usual(calculator)
        for name, argument in calculator.arguments.items():
            for label, value in wrong_values(argument):
                yield (
                    f"{calculator.name}, {name}: {label}",
                    lambda function=calculator.function, wrong=call | {name: value}: function(**wrong),
                )
    kinds = {kind.name: kind for kind in KINDS}
    for row in bad_inputs("units"):
        for name in row.kind.split("; ") if row.verdict == "reject" and row.kind != "number" else ():
            yield f"{row.id} as a {name}: {row.note}", lambda kind=kinds[name], entry=row.entry: kind.read(entry)


def told() -> Iterator[str]:
    """Each wrong call with what became of it."""
    for label, attempt in attempts():
        try:
            attempt()
        except Mistake as mistake:
            yield f"{label}: {type(mistake).__name__}: {mistake}"
        else:
            yield f"{label}: ANSWERED"


if __name__ == "__main__":
    print(*told(), sep="\n")
