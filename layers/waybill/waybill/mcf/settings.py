"""What a node's settings say of Amazon: {"channel": the Amazon channel whose account is used, "comment": what the packing slip says}. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.kernel.errors import InvalidInput

_LONGEST_COMMENT = 1000


def check(says: Any) -> None:
    """Raises InvalidInput naming each setting that cannot be used."""
    if not isinstance(says, Mapping):
        raise InvalidInput("mcf is an object", fields={"settings.mcf": "an object"})
    wrong = {f"settings.mcf.{name}"[:80]: "unknown" for name in says if name not in ("channel", "comment")}
    if not isinstance(says.get("channel"), str) or not says["channel"]:
        wrong["settings.mcf.channel"] = "the id of the Amazon channel whose account is used"
    comment = says.get("comment", "")
    if not isinstance(comment, str) or len(comment) > _LONGEST_COMMENT:
        wrong["settings.mcf.comment"] = f"a text of at most {_LONGEST_COMMENT} characters"
    if wrong:
        raise InvalidInput("these settings of Multi-Channel Fulfilment cannot be used", fields=wrong)


def refuse_unknown(says: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
    """`kinds` of the shop's channels. Raises InvalidInput where it names none of Amazon's."""
    if kinds.get(says["channel"]) != "amazon":
        amazon = ", ".join(sorted(id for id, kind in kinds.items() if kind == "amazon")) or "none yet: set one up with PUT /v1/channels/{channel}"
        raise InvalidInput(f"{says['channel'][:64]!r} is no Amazon channel of the shop ({amazon})", fields={"settings.mcf.channel": "an Amazon channel"})
