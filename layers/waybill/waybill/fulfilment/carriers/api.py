"""`/v1/carriers`: who carries for the shop, and their price lists; `/v1/parcel-cases`: what a person must look at."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from typing import Any

from waybill.aws.http import Answer, Request, Router, cursor, cursor_key, page_size
from waybill.aws.tables import Table, WriteConflict, commit, create
from waybill.fulfilment import cases
from waybill.fulfilment.carriers import setting_up, tables
from waybill.fulfilment.carriers.karrio import purchases
from waybill.fulfilment.model.case import CLOSED, KINDS, OPEN, Case
from waybill.fulfilment.model.tariff_file import read
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, InvalidInput, Malformed, NotFound
from waybill.shop import store as shop
from waybill.shop.door import caller
from waybill.shop.model import Carrier

_TABLE = Table("SHOP_TABLE")
_READERS = ("viewer", "support", "finance", "node")
_NUMBER = re.compile(r"[A-Za-z0-9]{0,40}\Z")
_CURSOR = {"lookup_pk", "lookup_sk", "pk", "sk"}


def router(clock: Clock) -> Router:
    """Routes of `functions/carriers`."""
    routes = Router()

    @routes.route("GET", "/v1/carriers")
    def every(request: Request) -> Answer:
        caller(request, *_READERS)
        return Answer({"items": [_shown(carrier) for carrier in sorted(shop.carriers(), key=lambda each: each.id)], "next": None})

    @routes.route("GET", "/v1/carriers/{id}")
    def one(request: Request) -> Answer:
        caller(request, *_READERS)
        return Answer(_shown(shop.carrier(request.params["id"])))

    @routes.route("PUT", "/v1/carriers/{id}")
    def put(request: Request) -> Answer:
        """The whole carrier but its price lists. What is obeyed everywhere within a minute."""
        caller(request, "admin")
        return Answer(_shown(_put(request.params["id"], request.json_object())))

    @routes.route("GET", "/v1/carriers/{id}/tariff")
    def tariff(request: Request) -> Answer:
        """The file of the list that holds on `?on=` a day, today unless told, or of `?version=`."""
        caller(request, *_READERS)
        carrier = shop.carrier(request.params["id"])
        version = request.query.get("version") or carrier.table_on(_day(request, "on", clock))
        if not version:
            raise NotFound(f"{carrier.id} has no imported price list on that day")
        return Answer(tables.file_of(carrier.id, version), content_type="text/csv; charset=utf-8")

    @routes.route("PUT", "/v1/carriers/{id}/tariff")
    def write(request: Request) -> Answer:
        """A price list as a CSV file, in force `?from=` a day, today unless told: whole, or not at all."""
        caller(request, "admin")
        carrier = shop.carrier(request.params["id"])
        tariff = read(carrier.id, carrier.currency, _day(request, "from", clock), request.body)
        after = tables.keep(tariff, request.body.decode("utf-8-sig"))
        return Answer({**_shown(after), "imported": {"version": tariff.version, "from": tariff.since, "services": len(tariff.services), "zones": len({zone.id for zone in tariff.zones})}})

    @routes.route("POST", "/v1/carriers/{id}/purchases/{key}")
    def outcome(request: Request) -> Answer:
        """A person has looked in the carrier's account for a label of which nobody knew: `tracking_number`, "" where none was made."""
        caller(request, "support")
        body = request.json_object()
        number = body.get("tracking_number")
        if set(body) != {"tracking_number"} or not isinstance(number, str) or not _NUMBER.match(number):
            raise InvalidInput("tracking_number is that of the label in the carrier's account, empty where none was made", fields={"tracking_number": "a text of at most 40 letters and digits"})
        known = purchases.told(shop.carrier(request.params["id"]).id, request.params["key"], number, clock())
        return Answer({"carrier": known.carrier, "key": known.key, "state": known.state, "tracking_number": known.tracking_number or None, "reference": known.reference, "asked": known.at})

    @routes.route("GET", "/v1/parcel-cases")
    def listed(request: Request) -> Answer:
        caller(request, "viewer", "support")
        status, kind = _one_of(request, "status", (OPEN, CLOSED), OPEN), _one_of(request, "kind", KINDS, "")
        found, after = cases.listed(status, kind, page_size(request), _start(request, status))
        return Answer({"items": [_case(case) for case in found], "next": cursor(after)})

    @routes.route("POST", "/v1/parcel-cases/{id}/close")
    def close(request: Request) -> Answer:
        key, body = caller(request, "support"), request.json_object()
        why = body.get("why")
        if set(body) - {"why"} or not isinstance(why, str) or not 0 < len(why.strip()) <= 200 or not why.isprintable():
            raise InvalidInput("why says in at most 200 characters how it ended", fields={"why": "a text"})
        after = cases.one(request.params["id"]).ended(why.strip(), key.actor, instant(clock()))
        try:
            commit(cases.write(after))
        except WriteConflict:
            raise Conflict("somebody else changed the case first; look again") from None
        return Answer(_case(after))

    return routes


def _put(id: str, body: dict[str, Any]) -> Carrier:
    before = _TABLE.get(shop.CARRIER, id) or {}
    wanted = {**setting_up.checked(id, body, before), "revision": before.get("revision", 0) + 1}
    item = {"pk": shop.CARRIER, "sk": id, **wanted}
    try:
        commit(tables.over(before, item) if before else create(_TABLE, item))
    except WriteConflict:
        raise Conflict("the carrier was changed by somebody else just now; try again") from None
    shop.forget()
    return shop.carrier(id)


def _shown(carrier: Carrier) -> dict[str, Any]:
    listed = [{"from": since, "version": version} for since, version in carrier.tables]
    services = [{"id": each.id, "name": each.name} for each in carrier.services]
    return {
        "id": carrier.id, "kind": carrier.kind, "name": carrier.name, "currency": carrier.currency, "tracking_url": carrier.tracking_url,
        "settings": dict(carrier.settings), "services": services, "tariffs": listed,
    }  # fmt: skip


def _case(case: Case) -> dict[str, Any]:
    shown = {name: value for name, value in asdict(case).items() if name not in ("version", "data", "fo_id")}
    return {"id": case.id, "status": case.status, "fulfilment_order": case.fo_id, **shown, "closed": case.closed or None}


def _day(request: Request, name: str, clock: Clock) -> str:
    told = request.query.get(name, "")
    try:
        return date.fromisoformat(told).isoformat() if told else clock().date().isoformat()
    except ValueError:
        raise Malformed(f"{name} is a day as 2026-12-01", fields={name: "a day"}) from None


def _one_of(request: Request, name: str, known: tuple[str, ...], otherwise: str) -> str:
    told = request.query.get(name) or otherwise
    if told and told not in known:
        raise Malformed(f"{name} is one of {', '.join(known)}", fields={name: "unknown"})
    return told


def _start(request: Request, status: str) -> dict[str, Any] | None:
    start = cursor_key(request)
    if start is not None and (set(start) != _CURSOR or start["lookup_pk"] != f"PARCELS#{status}" or not all(isinstance(part, str) for part in start.values())):
        raise Malformed("the cursor belongs to another question", fields={"cursor": "unknown"})
    return start
