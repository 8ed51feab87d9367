"""What must hold, asked of orders that stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from waybill.bootstrap.clock import utc_now

if TYPE_CHECKING:
    from waybill.aws.http import Router
    from waybill.proof.facts import Broken
    from waybill.proof.rounds import Rounds


def proof() -> Rounds:
    """What `functions/proof` runs on its schedule."""
    from waybill.orders import store
    from waybill.proof.rounds import Rounds

    return Rounds(store.of_day, _prove_order, utc_now)


def proof_api() -> Router:
    """Routes of `functions/proof`."""
    from waybill.proof import api, numbers

    return api.router(proof(), _prove_order, numbers)


def _prove_order(order_id: str) -> list[Broken]:
    from waybill.proof import check
    from waybill.proof.reading import order_facts

    return check(order_facts(order_id, utc_now))
