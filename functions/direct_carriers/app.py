"""Carriers' own APIs, for the functions that rate, buy, give back and watch: karrio is loaded here alone. Asked by invocation, answers in JSON."""

from typing import Any

from waybill.bootstrap import fulfilment

DIRECT = fulfilment.direct_carriers()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return DIRECT.answer(event)
