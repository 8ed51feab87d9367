"""EDI with third-party warehouses: files that were put into their folders (queue), an API, and on a schedule what waits too long."""

from typing import Any

from waybill.aws import batch, http
from waybill.bootstrap import third_parties
from waybill.edi import arrivals


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    if "Records" in event:
        return batch.each(event, arrivals.of(third_parties.edi_taking().file))
    if "detail-type" in event:
        return third_parties.edi_watching().round()
    return http.serve(event, third_parties.edi_api())
