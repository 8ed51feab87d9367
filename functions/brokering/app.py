"""On a schedule: all orders that wait for it are shared out over nodes, stock and hands at once."""

from typing import Any

from waybill import bootstrap

BROKERING = bootstrap.brokering()


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    return BROKERING.run()
