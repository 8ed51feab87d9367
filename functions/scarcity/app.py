"""On a schedule: what each unit of stock is worth at its node to orders still to come."""

from typing import Any

from waybill.bootstrap import routing

SCARCITY = routing.scarcity()


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    return SCARCITY.run()
