"""The models of the files people write, walked from the top."""

from __future__ import annotations

from pydantic import BaseModel


def models(*start: type[BaseModel]) -> set[type[BaseModel]]:
    """Models and every model in them."""
    found: set[type[BaseModel]] = set()
    queue = list(start)
    while queue:
        model = queue.pop()
        if model not in found:
            found.add(model)
            for field in model.model_fields.values():
                queue += inner(field.annotation)
    return found


def inner(annotation) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for one in getattr(annotation, "__args__", ()) for found in inner(one)]
