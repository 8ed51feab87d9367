"""A true first call of every function, with what the outside answered, for a fresh process to live through again without network.

Taken down while orders live through the system in one process (`tests/support/world.py`): nothing is kept warm meanwhile, so that
each call asks the outside for all it needs. Of each function's calls the one that asks most is kept.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import time
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tests.desk.person import Person
from tests.flow.life import Life, an_order, life
from tests.flow.outside import outside
from tests.flow.stories import paid_on_shopify
from tests.imports.desk import row, sheet
from tests.support.template import functions
from tests.support.world import World
from waybill.aws import gate
from waybill.payments.stripe.webhooks import signature
from waybill.routing.model.rules import BUILT_IN
from waybill.shop import store as shop
from waybill.shop.model import Channel

_STOCK = {("TEA", "reno"): 9, ("CUP", "columbus"): 9, ("POT", "reno"): 9}


@dataclass
class Call:
    """`answers`: (name of the outside call, pickled answer, error of AWS), in their order."""

    event: Any
    answers: list[tuple[str, bytes, dict[str, Any] | None]] = field(default_factory=list)


class Notebook:
    """Stands at the gate and at every function's door. `longest` is the call that asked most, by folder."""

    def __init__(self, world: World) -> None:
        self.longest: dict[str, Call] = {}
        self._now: Call | None = None
        handler = world.handler
        world.handler = lambda folder: self._at_the_door(folder, handler(folder))  # type: ignore[method-assign]

    def around(self, name: str, thunk: Any, detail: dict[str, Any]) -> Any:
        try:
            answer = thunk()
        except ClientError as error:
            self._note(name, None, error.response)
            raise
        if isinstance(answer, dict) and hasattr(answer.get("Body"), "read"):
            raise AssertionError(f"{name} streams its answer: it cannot be taken down")
        self._note(name, answer, None)
        return answer

    def _note(self, name: str, answer: Any, error: dict[str, Any] | None) -> None:
        if self._now is not None and not name.startswith("stripe."):
            self._now.answers.append((name, pickle.dumps(answer), error))

    def _at_the_door(self, folder: str, handler: Any) -> Any:
        def invoked(event: Any, context: Any) -> Any:
            self._now = call = Call(event)
            try:
                answer = handler(event, context)
            finally:
                self._now = None
            known = self.longest.get(folder)
            if known is None or len(call.answers) > len(known.answers):
                self.longest[folder] = call
            return answer

        return invoked


def first_calls(gateway: str) -> tuple[dict[str, Call], dict[str, str]]:
    """By the function's folder; and the environment in which they were made. `gateway` is the address of a stand-in: what goes there is
    not taken down, for the gateway's client is to work for real then too."""
    before = dict(os.environ)
    with life(_STOCK) as the, outside() as the.outside, redirect_stdout(io.StringIO()):
        os.environ["STRIPE_API_BASE"] = gateway  # put back by `life`
        environment = {name: value for name, value in os.environ.items() if before.get(name) != value}
        the.world.always_cold = True
        notebook = Notebook(the.world)
        with gate.watching(notebook):
            _orders_live(the)
    return notebook.longest, environment


def _orders_live(the: Life) -> None:
    """Enough that every function has worked: stock arrives, orders are delivered, cancelled, paid elsewhere, looked at."""
    late = the.place(an_order(("TEA", 99)), "late")
    the.settle()
    version = the.order(late)["version"]
    the.call("POST", f"/v1/orders/{late}/edits", {"lines": {"1": 98}}, idempotency_key="edit-1", if_match=f'"{version}"')
    the.settle()
    the.call("POST", "/v1/inventory/TEA/reno/movements", {"kind": "received", "quantity": 99, "reference": "PO-1"}, idempotency_key="po-1")
    the.settle()
    order_id = the.place(an_order(("TEA", 1), ("CUP", 1), ("POT", 1)), "delivered")
    the.settle()
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.call("POST", f"/v1/orders/{late}/cancel", {"reason": "changed my mind"})
    the.settle()
    paid_on_shopify(the)
    shop.save(shop.POLICY, "listing", {"api": {"url": "https://outside.example/stock"}})
    shop.forget()
    the.call("POST", "/v1/channels/api/stock/resend", {})
    the.call("PUT", "/v1/carts/one", {"lines": [{"sku": "TEA", "quantity": 1}]}, who="api")
    shop.save(shop.CHANNEL, "phone", Channel("phone", "phone", "Phone"))
    shop.forget()
    whole = an_order(("TEA", 1), ("CUP", 1))
    the.call("POST", "/v1/drafts", {name: whole[name] for name in ("customer", "ship_to", "lines", "shipping", "tenders")}, idempotency_key="draft-1")
    the.call("POST", f"/v1/orders/{order_id}/refunds", {"shipping": "all"}, idempotency_key="refund-1")
    told = json.dumps({"id": "evt_1", "type": "payout.paid", "data": {"object": {"id": "po_1"}}}).encode()
    stamp = str(int(time.time()))
    signed = {"stripe-signature": f"t={stamp},v1={signature(stamp, told, 'whsec_new')}"}
    the.world.call("POST", "/v1/gateways/stripe/webhooks", told, signed)
    the.call("POST", "/v1/imports?channel=api", sheet(row("paper-1"), row("paper-2", quantity="x")), idempotency_key="sheet-1", content_type="text/csv")
    the.call("POST", "/v1/routing/rules", BUILT_IN.to_dict(), "support")
    for path in ("/v1/routing/rules/1/report.csv", f"/v1/orders/{order_id}", f"/v1/journal?order={order_id}", f"/v1/proof/orders/{order_id}", "/v1/inventory", "/v1/cases", "/v1/channels", "/v1/keys"):
        the.call("GET", path)
    Person(the.world, "key-admin").get(f"/desk/orders/{order_id}")
    for folder, properties in functions().items():
        if any(event["Type"] == "Schedule" for event in properties.get("Events", {}).values()):
            the.world.handler(folder)({"detail-type": "Scheduled Event"}, None)
