"""The shape of the write door of stock. Unknown fields are refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from waybill.inventory.movements import MOST_UNITS
from waybill.kernel.errors import InvalidInput, field_path

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]


class MovementIn(BaseModel):
    """Stock received, returned, counted, blocked or let go (`movements.BY_HAND`); only an adjustment may be negative."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["received", "adjusted", "counted", "returned", "quarantined", "discarded", "blocked", "unblocked", "scrapped"]
    quantity: Annotated[int, Field(ge=-MOST_UNITS, le=MOST_UNITS, strict=True)]
    reason: Note = ""
    reference: Note = ""


def movement(body: Any) -> MovementIn:
    """Reads a movement. Raises InvalidInput, naming each field."""
    try:
        return MovementIn.model_validate(body)
    except ValidationError as wrong:
        fields = {field_path(error["loc"])[:100] or "body": error["msg"] for error in wrong.errors()}
        raise InvalidInput("the movement is not valid", fields=fields) from None
