"""What picking asks of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from waybill.picking.model.wave import Wave


class Waves(Protocol):
    """Where waves are kept."""

    def load(self, id: str) -> Wave:
        """Raises NotFound."""

    def find(self, id: str) -> Wave | None: ...

    def save(self, wave: Wave, *others: Any) -> None:
        """Over the version that was read, with other writes or not at all. Raises Conflict."""

    def open_at(self, node: str) -> list[Wave]:
        """Those that are not ended, the oldest first. May lag."""


class Bins(Protocol):
    """Where goods lie."""

    def of(self, node: str, skus: list[str]) -> dict[str, str]:
        """Bin by SKU; those of which nobody has said it are left out."""

    def write(self, node: str, bins: Mapping[str, str]) -> None:
        """Says where SKUs lie from now on; an empty bin forgets it."""
