"""EDI with third-party warehouses: files that were put into their folders (queue), an API, and on a schedule what waits too long."""

from typing import Any

from waybill import bootstrap
from waybill.aws import batch, http
from waybill.edi import arrivals


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    if "Records" in event:
        return batch.each(event, arrivals.of(bootstrap.edi_taking().file))
    if "detail-type" in event:
        return bootstrap.edi_watching().round()
    return http.serve(event, bootstrap.edi_api())
