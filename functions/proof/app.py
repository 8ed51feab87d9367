"""The rules that must always hold, asked of every order on a schedule, and of any one at once."""

from typing import Any

from waybill.aws import http
from waybill.bootstrap import proof

ROUNDS = proof.proof()
ROUTER = proof.proof_api()
_LEFT_AT_THE_END_MS = 30_000


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    if "detail-type" not in event:
        return http.serve(event, ROUTER)
    return ROUNDS.run(lambda: context is not None and context.get_remaining_time_in_millis() < _LEFT_AT_THE_END_MS)
