"""`PUT /v1/orders/{id}/customer` and `POST /v1/customers/merge`: support's alone. Addresses come in bodies: a URL is written into logs."""

from __future__ import annotations

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key
from waybill.kernel.errors import InvalidInput
from waybill.orders import present
from waybill.orders.customers import Customers
from waybill.shop.door import caller


def add(routes: Router, customers: Customers) -> None:
    @routes.route("PUT", "/v1/orders/{id}/customer")
    def change(request: Request) -> Answer:
        key = caller(request, "support")
        return Answer(present.whole(customers.change(request.params["id"], request.json_object(), key.actor)))

    @routes.route("POST", "/v1/customers/merge")
    def merge(request: Request) -> Answer:
        """A page; with `next` as `?cursor=` the page after it, until it is null."""
        key, body = caller(request, "support"), request.json_object()
        if wrong := {name[:100]: "is not known" for name in set(body) - {"from", "into"}}:
            raise InvalidInput('say {"from": "…", "into": "…"}', fields=wrong)
        merged = customers.merge(body.get("from", ""), body.get("into", ""), key.actor, cursor_key(request))
        return Answer({"moved": merged.moved, "next": cursor(merged.next)})
