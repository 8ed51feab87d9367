"""The shapes of the write doors of supply. Unknown fields are refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from waybill.kernel.errors import InvalidInput, field_path

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]
Count = Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
Units = dict[Name, Count]


class PurchaseOrderIn(BaseModel):
    """What a supplier is to send to a node."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    supplier: Name
    node: Name
    lines: Annotated[Units, Field(min_length=1)]
    expected: date | None = None


class TransferIn(BaseModel):
    """What one node is to send to another."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    source: Annotated[Name, Field(alias="from")]
    node: Annotated[Name, Field(alias="to")]
    lines: Annotated[Units, Field(min_length=1)]
    expected: date | None = None


class ReceiptIn(BaseModel):
    """What has come: `lines` fit to be sold, `blocked` not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lines: Units = {}
    blocked: Units = {}


class ClosingIn(BaseModel):
    """Why what has not come will not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Name


Shape = TypeVar("Shape", bound=BaseModel)


def read(shape: type[Shape], body: Any) -> Shape:
    """Raises InvalidInput, naming each field."""
    try:
        return shape.model_validate(body)
    except ValidationError as wrong:
        fields = {field_path(part for part in error["loc"] if part != "[key]")[:100] or "body": error["msg"] for error in wrong.errors()}
        raise InvalidInput("that cannot be read", fields=fields) from None
