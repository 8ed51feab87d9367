"""The door in the CloudWatch console: a custom widget of HTML and `cwdb-action`, since the console strips scripts.

Who may call it is decided by IAM (`lambda:InvokeFunction` on this function), so it acts as support; CloudWatch does not tell
us the person, CloudTrail knows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from waybill.desk import pages
from waybill.desk.model.facts import Query
from waybill.desk.model.flow import steps
from waybill.desk.model.timeline import moments
from waybill.desk.model.visitor import Visitor
from waybill.desk.service import Desk
from waybill.desk.visit import Said
from waybill.kernel.clock import Clock
from waybill.kernel.errors import Malformed, WaybillError

CONSOLE = Visitor("CloudWatch console", ("support",))

DOCS = """## Waybill order desk
Orders with search, one order with its flow, lines, parcels and timeline, and the buttons a person may press.

### Parameters
Name | What
---|---
**q** | search text: reference, order id, customer's e-mail or SKU
**status** | only orders of this status
**attention** | only one queue: `payment`, `backordered`, `unfillable`, `sums`, …
**order** | open this order

### Example
``` yaml
attention: payment
```
"""

_DEEDS: dict[str, tuple[Callable[[Desk, dict[str, Any]], None], str]] = {
    "release-hold": (lambda desk, asked: desk.release_hold(_text(asked, "order"), _text(asked, "hold")), "The hold is released."),
    "cancel": (lambda desk, asked: desk.cancel(_text(asked, "order"), _text(asked, "reason")), "The order is cancelled."),
    "retry-payment": (lambda desk, asked: desk.retry_payment(_text(asked, "order")), "The payment is being tried again."),
}


def answer(event: dict[str, Any], arn: str, desk: Desk, clock: Clock) -> str | dict[str, str]:
    """HTML for a widget's event, or its documentation as markdown for `{"describe": true}`. `arn` is this function's own."""
    if event.get("describe"):
        return {"markdown": DOCS}
    context = event.get("widgetContext") or {}
    dark = context.get("theme") == "dark"
    try:
        said = _done(event, desk)
        shown = _order(event, desk) if event.get("order") else _list(event, context, desk)
    except WaybillError as error:
        said, shown = Said(error.message, bad=True), _after_a_problem(event, context, desk)
    return pages.render("widget.html", arn=arn, dark=dark, said=said, now=clock(), **shown)


def _done(event: dict[str, Any], desk: Desk) -> Said | None:
    wanted = event.get("do")
    if not wanted:
        return None
    if wanted not in _DEEDS:
        raise Malformed(f"there is no deed {str(wanted)[:40]!r}")
    deed, words = _DEEDS[wanted]
    deed(desk, event)
    return Said(words)


def _order(event: dict[str, Any], desk: Desk) -> dict[str, Any]:
    order = desk.order(_text(event, "order"))
    return {"order": order, "steps": steps(order), "moments": moments(order)}


def _list(event: dict[str, Any], context: dict[str, Any], desk: Desk) -> dict[str, Any]:
    typed = (context.get("forms") or {}).get("all") or {}
    text = _text(typed, "q") if event.get("search") else _text(event, "q")
    query = Query(text=text, status=_text(event, "status"), attention=_text(event, "attention"))
    return {"order": None, "query": query, "rows": desk.orders(query).rows[:30], "queues": desk.queues()}


def _after_a_problem(event: dict[str, Any], context: dict[str, Any], desk: Desk) -> dict[str, Any]:
    """The order that a deed was refused for, else the list."""
    if event.get("do") and event.get("order"):
        try:
            return _order(event, desk)
        except WaybillError:
            pass
    return _list({}, context, desk)


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    return value[:200] if isinstance(value, str) else ""
