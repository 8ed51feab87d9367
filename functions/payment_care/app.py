"""On a schedule: the authorisations that are about to lapse go to the payment worker, which renews them or has a person asked."""

from typing import Any

from waybill.bootstrap import payments

EXPIRING = payments.expiring()
_LEFT_AT_THE_END_MS = 10_000


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    return EXPIRING.run(lambda: context is not None and context.get_remaining_time_in_millis() < _LEFT_AT_THE_END_MS)
