"""`/v1/channels/{channel}/stock`: what a channel was told of stock, what it would be told now, and all of it again."""

from __future__ import annotations

from typing import Any

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.kernel.errors import NotFound
from waybill.listing.model.policy import Listed
from waybill.listing.model.records import Standing
from waybill.listing.service import Listing
from waybill.listing.table import ListingTable
from waybill.shop.door import caller

_SHOWN = 100


def router(listing: Listing, table: ListingTable) -> Router:
    routes = Router()

    @routes.route("GET", "/v1/channels/{channel}/stock")
    def told(request: Request) -> Answer:
        """`?sku=` or `?unknown=true`, only what the channel does not have; a page of what it was told, with what would be told now and what is held back."""
        caller(request, "viewer", "support")
        listed = _listed(listing, request.params["channel"])
        standing = table.standing(listed.channel)
        if only := request.query.get("sku", ""):
            found, following = list(table.told(listed.channel, [only]).values()), None
        else:
            found, following = table.page(listed.channel, page_size(request), cursor_key(request))
        if request.query.get("unknown") == "true":
            found = [each for each in found if each.unknown]
        now = listing.numbers(listed, standing, [each.sku for each in found])
        there = listing.shelves.sellable(listed.channel, [each.sku for each in found])
        held = listing.held(listed, standing, there)
        items = [
            {
                "sku": each.sku,
                "told": each.number,
                "at": each.at,
                "sequence": each.sequence,
                "sold_since": sum(each.sold.values()),
                "unknown_there_since": each.unknown or None,
                "sellable": there[each.sku],
                "held_back": held[each.sku],
                "now": now[each.sku],
            }
            for each in found
        ]
        return Answer({"channel": _channel(listed, standing), "items": items, "next": cursor(following)})

    @routes.route("POST", "/v1/channels/{channel}/stock/resend")
    def resend(request: Request) -> Answer:
        """Every number again, from the next minute on, as fast as the channel may be told."""
        caller(request, "support")
        listed = _listed(listing, request.params["channel"])
        return Answer({"channel": _channel(listed, listing.resend(listed.channel))}, 202)

    return routes


def _listed(listing: Listing, channel: str) -> Listed:
    """Raises NotFound."""
    known = listing.channels().get(channel)
    if known is None:
        raise NotFound(f"the policy listing does not name {channel[:64]!r}")
    return known


def _channel(listed: Listed, standing: Standing) -> dict[str, Any]:
    return {
        "id": listed.channel,
        "due": len({*standing.due, *(level.sku for level in standing.sending)}),
        "resending": standing.after is not None,
        "shows_after_s": round(standing.shows_after, 3),
        "tells_after_s": round(standing.tells_after, 3),
        "refused": [{"sku": sku, "times": each.times, "again": each.until, "why": each.why} for sku, each in sorted(standing.refused.items())[:_SHOWN]],
        "unknown_there": list(standing.unknown),
        "failures": standing.failures,
        "left_alone_until": standing.until or None,
    }
