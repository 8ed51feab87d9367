"""Routing rules and decisions over HTTP: each route parses, makes one call and answers."""

from __future__ import annotations

import csv
import io
from typing import Any

from waybill.aws.http import Answer, Request, Router
from waybill.kernel.errors import Malformed, NotFound
from waybill.routing.model.backtest import Report
from waybill.routing.model.rulebook import DRAFT, Kept
from waybill.routing.present import in_words
from waybill.routing.rulebook import ORDERS_BY_DEFAULT, Rulebook
from waybill.shop.door import caller

READERS, WRITERS, DECIDERS = ("viewer", "support", "finance"), ("support",), ("admin",)
REPLAY = ":replay"
_NO_SCRIPT = "default-src 'none'; style-src 'unsafe-inline'"
_COLUMNS = ("nodes", "cost", "km", "late", "unshipped")


def router(rulebook: Rulebook) -> Router:
    """Routes of `functions/rules`."""
    routes = Router()

    @routes.route("GET", "/v1/routing/rules")
    def all_rules(request: Request) -> Answer:
        caller(request, *READERS)
        return Answer({"items": [shown(kept) for kept in rulebook.all()], "next": None})

    @routes.route("POST", "/v1/routing/rules")
    def draft(request: Request) -> Answer:
        key = caller(request, *WRITERS)
        return Answer(shown(rulebook.draft(request.json_object(), key.actor)), 201)

    @routes.route("GET", "/v1/routing/rules/{version}")
    def one(request: Request) -> Answer:
        caller(request, *READERS)
        kept = rulebook.one(_version(request))
        if kept.status != DRAFT or not kept.gate:
            return Answer(shown(kept))
        report, against = rulebook.shadow(kept)
        return Answer({**shown(kept), "shadow": {**report.to_dict(), "passed": not against, "refused": list(against)}})

    @routes.route("POST", "/v1/routing/rules/{version}/test")
    def test(request: Request) -> Answer:
        key = caller(request, *WRITERS)
        kept, report = rulebook.test(_version(request), _orders(request.json_object().get("orders", ORDERS_BY_DEFAULT)), key.actor)
        return Answer({**shown(kept), "rows": [_row(report, number) for number in range(len(report.rows)) if report.rows[number].differs]})

    @routes.route("GET", "/v1/routing/rules/{version}/report.csv")
    def report(request: Request) -> Answer:
        caller(request, *READERS)
        found = rulebook.report(_version(request), _orders(request.query.get("orders", str(ORDERS_BY_DEFAULT))))
        return Answer(as_csv(found), content_type="text/csv; charset=utf-8")

    @routes.route("GET", "/v1/routing/rules/{version}/report.html")
    def report_page(request: Request) -> Answer:
        from waybill.routing.report_page import page

        caller(request, *READERS)
        version = _version(request)
        found = rulebook.report(version, _orders(request.query.get("orders", str(ORDERS_BY_DEFAULT))))
        shown_page = page(found, version, rulebook.one(version).rules.name, rulebook.sets.pointer()["active"])
        return Answer(shown_page, content_type="text/html; charset=utf-8", headers={"content-security-policy": _NO_SCRIPT})

    @routes.route("POST", "/v1/routing/rules/{version}/activate")
    def activate(request: Request) -> Answer:
        key = caller(request, *DECIDERS)
        return Answer(shown(rulebook.activate(_version(request), key.actor)))

    @routes.route("POST", "/v1/routing/rules/{version}/archive")
    def archive(request: Request) -> Answer:
        key = caller(request, *WRITERS)
        return Answer(shown(rulebook.archive(_version(request), key.actor)))

    @routes.route("GET", "/v1/routing/decisions/{id}")
    def decision(request: Request) -> Answer:
        caller(request, *READERS)
        kept = rulebook.decisions.one(request.params["id"])
        return Answer({"id": request.params["id"], **kept, **in_words(kept)})

    @routes.route("POST", "/v1/routing/decisions/{id}")
    def replay(request: Request) -> Answer:
        caller(request, *READERS)
        if not request.params["id"].endswith(REPLAY):
            raise NotFound(f"a decision can only be replayed: POST …/{{id}}{REPLAY}")
        return Answer(rulebook.replay(request.params["id"].removesuffix(REPLAY)))

    return routes


def shown(kept: Kept) -> dict[str, Any]:
    """A rule set as the API tells it. `gate` is null before the first back-test."""
    history = [{"type": entry.type, "at": entry.at, "actor": entry.actor} for entry in kept.history]
    return {"version": kept.version, "status": kept.status, "rules": kept.rules.to_dict(), "gate": dict(kept.gate) or None, "history": history}


def as_csv(report: Report) -> str:
    """A line an order, what stands beside what is tried."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["order", "decided_at", *(f"{name}_{side}" for side in ("before", "after") for name in _COLUMNS), "differs"])
    for row in report.rows:
        cells = [_cell(getattr(side, name)) for side in (row.before, row.after) for name in _COLUMNS]
        lines.writerow([row.order_id, row.at, *cells, "yes" if row.differs else ""])
    return out.getvalue()


def _cell(value: Any) -> Any:
    return "+".join(value) if isinstance(value, tuple) else value


def _row(report: Report, number: int) -> dict[str, Any]:
    row = report.rows[number]
    sides = {name: {column: getattr(side, column) for column in _COLUMNS} for name, side in (("before", row.before), ("after", row.after))}
    return {"order": row.order_id, "at": row.at, **sides}


def _version(request: Request) -> int:
    text = request.params["version"]
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise NotFound(f"there are no rules {text[:20]!r}")
    return int(text)


def _orders(given: Any) -> int:
    text = str(given)
    if isinstance(given, bool) or not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise Malformed("orders is a whole number", fields={"orders": "a whole number"})
    return int(text)
