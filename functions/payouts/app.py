"""On a schedule: what the gateways say has moved and was paid out, held against our own events."""

from typing import Any

from waybill.bootstrap import payments

SETTLING = payments.settling()
_LEFT_AT_THE_END_MS = 60_000


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return SETTLING.run(lambda: context is not None and context.get_remaining_time_in_millis() < _LEFT_AT_THE_END_MS)
