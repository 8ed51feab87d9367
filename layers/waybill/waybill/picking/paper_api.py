"""The route of the pick list on paper: in the function that draws."""

from __future__ import annotations

from waybill.aws.http import Answer, Request, Router
from waybill.fulfilment.api import own_node
from waybill.picking.service import Picking
from waybill.shop import store as shop
from waybill.shop.door import caller


def add_routes(routes: Router, picking: Picking) -> None:
    @routes.route("GET", "/v1/waves/{id}/pick-list")
    def pick_list(request: Request) -> Answer:
        """As PDF."""
        from waybill.picking.pick_list import pdf

        wave = picking.read(request.params["id"], own_node(caller(request, "node", "viewer", "support")))
        return Answer(pdf(wave, picking.way(wave), shop.node(wave.node).name), content_type="application/pdf")
