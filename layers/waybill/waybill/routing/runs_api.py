"""`GET /v1/routing/runs`: what the brokering runs came to."""

from __future__ import annotations

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.routing.pool_table import PoolTable
from waybill.shop.door import caller


def add_routes(routes: Router, pool: PoolTable) -> None:
    """To those of `functions/rules`."""

    @routes.route("GET", "/v1/routing/runs")
    def runs(request: Request) -> Answer:
        """The newest first. Costs in minor units, what stayed unshipped among them."""
        caller(request, "viewer", "support", "finance")
        items, following = pool.runs(page_size(request), cursor_key(request))
        return Answer({"items": items, "next": cursor(following)})
