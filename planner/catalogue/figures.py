"""Every estimate of a catalogue, by its place in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from planner.catalogue.estimates import Estimate, Price, unit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planner.scenario.yaml_text import Location


@dataclass(frozen=True)
class Figure:
    """An estimate and where it stands; ``estimate`` is None where the catalogue does not know it.

    Attributes
    ----------
    at : Location
        Keys from the top of the catalogue.
    unit : str
        As the schema states it; money starts with ``currency``.
    title : str
        English, marked for translation.
    estimate : Estimate or None
    """

    at: Location
    unit: str
    title: str
    estimate: Estimate | None

    @property
    def is_money(self) -> bool:
        """Whether it is an amount of money."""
        return self.unit.startswith("currency")


def figures(section: BaseModel, at: Location = ()) -> Iterator[Figure]:
    """Yield every figure of a section, unknown prices too, in the order of the schema."""
    for name, value in (section.__pydantic_extra__ or {}).items():
        yield from figures(value, (*at, name))
    for name, info in type(section).model_fields.items():
        value, here = getattr(section, name), (*at, name)
        if isinstance(value, Estimate) or (value is None and info.annotation == Price):
            yield Figure(here, unit_of(info), info.title or name, value)
        elif isinstance(value, BaseModel):
            yield from figures(value, here)
        elif isinstance(value, dict):
            for key, entry in value.items():
                if isinstance(entry, Estimate):
                    yield Figure((*here, key), unit_of(info), info.title or name, entry)
                elif isinstance(entry, BaseModel):
                    yield from figures(entry, (*here, key))


def replaced(section: BaseModel, change: Callable[[Figure], Estimate | None], at: Location = ()) -> Any:
    """Return a copy of a section with every figure changed."""
    added = {name: replaced(value, change, (*at, name)) for name, value in (section.__pydantic_extra__ or {}).items()}
    update: dict[str, Any] = {}
    for name, info in type(section).model_fields.items():
        value, here = getattr(section, name), (*at, name)
        if isinstance(value, Estimate):
            update[name] = change(Figure(here, unit_of(info), info.title or name, value))
        elif isinstance(value, BaseModel):
            update[name] = replaced(value, change, here)
        elif isinstance(value, dict):
            update[name] = entries = dict(value)
            for key, entry in value.items():
                if isinstance(entry, Estimate):
                    entries[key] = change(Figure((*here, key), unit_of(info), info.title or name, entry))
                elif isinstance(entry, BaseModel):
                    entries[key] = replaced(entry, change, (*here, key))
    copy = section.model_copy(update=update)
    if added:
        object.__setattr__(copy, "__pydantic_extra__", added)  # of a frozen model, which this copy is not yet
    return copy
