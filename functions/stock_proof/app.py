"""On a schedule: what somebody began to send, to receive or to post is ended, all stock is proven from its ledgers, and what disagrees rings."""

from typing import Any

from waybill.bootstrap import inventory

CHECKING = inventory.stock_proof()
SUPPLY = inventory.supply()
COUNTING = inventory.counting()
_LEFT_AT_THE_END_MS = 30_000


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    finished = SUPPLY.finish() + COUNTING.finish()
    return {"finished": finished, **CHECKING.run(lambda: context is not None and context.get_remaining_time_in_millis() < _LEFT_AT_THE_END_MS)}
