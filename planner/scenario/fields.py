"""What every part of the scenario's schema is made of: frozen sections and fields that explain themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


class Section(BaseModel):
    """A mapping of the scenario file: unknown fields are errors, values never change after loading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, coerce_numbers_to_str=True, str_strip_whitespace=True
    )


def said(title: str, text: str, *, unit: str | None = None, **limits: Any) -> FieldInfo:
    """Return a field's description: title, help text and unit, as the JSON schema, the template and the app show them.

    The texts are English and marked for translation; whoever shows them passes them through gettext.
    """
    info: FieldInfo = Field(title=title, description=text, json_schema_extra={"unit": unit} if unit else None, **limits)
    return info


def _with_forward_slashes(path: str) -> str:
    return path.replace("\\", "/")


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A finite number; text and true/false are errors, not numbers."""

Positive = Annotated[Number, Field(gt=0)]
NotNegative = Annotated[Number, Field(ge=0)]
Fraction = Annotated[Number, Field(ge=0, le=1)]

Whole = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, Field(min_length=1)]

FilePath = Annotated[str, Field(min_length=1), AfterValidator(_with_forward_slashes)]
"""A path as the user wrote it, with forward slashes, so that a scenario is the same on every system."""
