"""On a schedule: all orders that wait for it are shared out over nodes, stock and hands at once."""

from typing import Any

from waybill.bootstrap import routing

BROKERING = routing.brokering()


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    return BROKERING.run()
