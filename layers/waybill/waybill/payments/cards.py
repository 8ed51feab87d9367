"""Card safety: a tender carries a gateway's token, never a card number."""

from __future__ import annotations

from waybill.kernel.cards import looks_like_card_number

__all__ = ["looks_like_card_number"]
