"""Who carries for the shop, their price lists, and the parcels that a person must look at."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import fulfilment

ROUTER = fulfilment.carriers_api()


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return http.serve(event, ROUTER)
