"""On a schedule: finds what fell through and sets it going again."""

from typing import Any

from waybill.bootstrap import orders

RECONCILER = orders.reconciler()


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    return RECONCILER.run()
