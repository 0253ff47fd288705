"""The few operations that must work alike on one number and on a column of a million."""

from __future__ import annotations

import math
from typing import Any, Final

DUST: Final = 1e-12  # relative


def log10(value: Any) -> Any:
    """The decimal logarithm."""
    if isinstance(value, float | int):
        return math.log10(value)
    import numpy

    return numpy.log10(value)


def ln(value: Any) -> Any:
    """The natural logarithm."""
    if isinstance(value, float | int):
        return math.log(value)
    import numpy

    return numpy.log(value)


def floor(value: Any) -> Any:
    """The whole number at or below; of what is not known, that."""
    if isinstance(value, float | int):
        return value // 1.0
    import numpy

    return numpy.floor(value)  # many times as quick as `//`


def choose(condition: Any, then: Any, otherwise: Any) -> Any:
    """`then` where the condition holds, else `otherwise`."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    import numpy

    return numpy.where(condition, then, otherwise)


def above(value: Any, limit: Any) -> Any:
    """Whether a value is above a limit by more than the dust of a conversion: 2.007 g is not above 2,007 mg."""
    return value > limit + abs(limit) * DUST


def below(value: Any, limit: Any) -> Any:
    """Whether a value is below a limit by more than the dust of a conversion."""
    return value < limit - abs(limit) * DUST


def at_least(value: Any, limit: Any) -> Any:
    """Whether a value reaches a limit, but for the dust of a conversion; what is not known reaches none."""
    return value >= limit - abs(limit) * DUST


def at_most(value: Any, limit: Any) -> Any:
    """Whether a value stays within a limit, but for the dust of a conversion; what is not known stays within none."""
    return value <= limit + abs(limit) * DUST


def held(value: Any, least: float, most: float) -> Any:
    """A value within the bounds that a formula sets for it: the bound where it lies beyond.

    Whoever holds a value shows the held one in the result, for it is no longer the patient's.
    """
    return choose(value < least, least, choose(value > most, most, value))


def anywhere(condition: Any) -> bool:
    """Whether the condition holds for the number, or for any of the column."""
    return condition if isinstance(condition, bool) else bool(condition.any())


def finite(value: Any) -> bool:
    """Whether the number, or each of the column, is one: a comparison with what is none is never true."""
    if isinstance(value, float | int):
        return math.isfinite(value)
    import numpy

    return bool(numpy.isfinite(value).all())
