"""`/v1/carts/{cart}`: a channel keeps stock for a cart while its customer decides."""

from __future__ import annotations

from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.inventory.carts import Carts
from waybill.inventory.model.cart import Cart, cart_id, wanted
from waybill.inventory.model.reservation import Reservation
from waybill.kernel.errors import InvalidInput, Malformed, NotFound
from waybill.shop import store as shop
from waybill.shop.bundles import bundles, in_parts
from waybill.shop.door import caller

_LONGEST = 200


def router(carts: Carts) -> Router:
    routes = Router()

    @routes.route("PUT", "/v1/carts/{cart}")
    def keep(request: Request) -> Answer:
        """{"lines": [{"sku", "quantity"}]}: all that the cart wants. Asked again it is kept for as long again."""
        channel, reference = _whose(request)
        body = request.json_object()
        for name in sorted(set(body) - {"lines"}):
            raise Malformed(f"{name[:64]} is unknown; there is lines", fields={name[:64]: "unknown"})
        units = wanted(body.get("lines"))
        unknown = sorted(set(units) - set(shop.items(sorted(units))))
        if unknown:
            raise InvalidInput(f"the shop has no SKU {unknown[0][:64]!r}", fields={"lines": f"no SKU {unknown[0][:64]}"})
        kept, reservation = carts.keep(cart_id(channel, reference), channel, in_parts(units, bundles()))
        return Answer(_shown(reference, kept, reservation))

    @routes.route("GET", "/v1/carts/{cart}")
    def one(request: Request) -> Answer:
        channel, reference = _whose(request)
        return Answer(_known(carts, channel, reference))

    @routes.route("DELETE", "/v1/carts/{cart}")
    def end(request: Request) -> Answer:
        """Gives its stock back. Again changes nothing."""
        channel, reference = _whose(request)
        _known(carts, channel, reference)
        carts.end(cart_id(channel, reference), channel)
        return Answer(_known(carts, channel, reference))

    return routes


def _known(carts: Carts, channel: str, reference: str) -> dict[str, Any]:
    """Raises NotFound."""
    kept = carts.store.load(cart_id(channel, reference))
    if kept is None:
        raise NotFound("there is no such cart")
    return _shown(reference, kept, carts.inventory.held(kept.id))


def _whose(request: Request) -> tuple[str, str]:
    """(channel, what it calls the cart). A channel's key speaks for its own; people name the channel: `?channel=`."""
    key, reference = caller(request, "channel", "support"), request.params["cart"]
    if not reference.isprintable() or len(reference) > _LONGEST:
        raise InvalidInput(f"a cart's name has at most {_LONGEST} printable characters", fields={"cart": "not a name"})
    if "channel" in key.roles and key.scope:
        return key.scope, reference
    named = request.query.get("channel", "")
    if not named:
        raise Malformed("name the channel: ?channel=", fields={"channel": "required"})
    return shop.channel(named).id, reference


def _shown(reference: str, cart: Cart, reservation: Reservation) -> dict[str, Any]:
    """`status`: kept while it has all that it wants, short, ordered once an order has taken it over, ended."""
    held = {sku: sum(nodes.values()) for sku, nodes in reservation.held.items()}
    lines = [{"sku": sku, "quantity": units, "kept": min(units, held.get(sku, 0))} for sku, units in sorted(cart.wanted.items())]
    whole = all(line["kept"] == line["quantity"] for line in lines)
    status = "ordered" if reservation.taken_by else "ended" if not lines else "kept" if whole else "short"
    return {"cart": reference, "channel": cart.channel, "status": status, "expires_at": cart.expires_at, "lines": lines}
