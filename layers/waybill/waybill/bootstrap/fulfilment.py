"""From a node's work to the parcel at the door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from waybill.bootstrap.clock import utc_now
from waybill.bootstrap.inventory import inventory
from waybill.bootstrap.third_parties import edi_orders, mcf
from waybill.kernel.clock import instant

if TYPE_CHECKING:
    from waybill.aws.http import Router
    from waybill.fulfilment.asking import Asking
    from waybill.fulfilment.booking import Booking
    from waybill.fulfilment.carriers.karrio.direct import Direct
    from waybill.fulfilment.exceptions import Exceptions
    from waybill.fulfilment.labels import Labels
    from waybill.fulfilment.model.tracking import Scan
    from waybill.fulfilment.packing import Packing
    from waybill.fulfilment.parcels import Parcels
    from waybill.fulfilment.ports import Carrier, Collecting
    from waybill.picking.service import Picking
    from waybill.routing.moving import Moving


def fulfilment_api() -> Router:
    """Routes of `functions/fulfilment`."""
    from functools import partial

    from waybill.aws import queues
    from waybill.fulfilment import api, deliveries_api, life_api, manifests_api
    from waybill.fulfilment.carriers.tracking_door import Carriers
    from waybill.fulfilment.collecting import Collecting
    from waybill.fulfilment.dividing import Dividing
    from waybill.fulfilment.manifesting import HandingOver
    from waybill.fulfilment.releasing import Releasing
    from waybill.fulfilment.reshipping import Reshipping
    from waybill.fulfilment.service import Fulfilment
    from waybill.routing import moving

    service = Fulfilment(utc_now)
    routes = api.router(service, Carriers(utc_now, service, _exceptions()))
    life_api.add_routes(routes, service, Dividing(utc_now), Reshipping(utc_now), Collecting(service, utc_now), Releasing(service, utc_now))
    manifests_api.add_routes(routes, HandingOver(utc_now, service))
    moving.add_routes(routes, work_moving())
    deliveries_api.add_routes(routes, partial(queues.send, "NODE_PUSH_QUEUE_URL"))
    return routes


def work_moving() -> Moving:
    from waybill.fulfilment.service import Fulfilment
    from waybill.routing.moving import Moving
    from waybill.shop import store as shop

    def open_nodes() -> list[str]:
        return [node.id for node in shop.nodes() if node.is_open(instant(utc_now()))]

    return Moving(Fulfilment(utc_now), open_nodes, lambda skus, channel: inventory().available(skus, channel))


def _exceptions() -> Exceptions:
    from waybill.fulfilment.exceptions import Exceptions
    from waybill.fulfilment.model.trouble import SILENT_DAYS
    from waybill.kernel.errors import NotFound
    from waybill.shop import store as shop

    def silent_days(carrier: str) -> int:
        try:
            return int(shop.carrier(carrier).settings.get("silent_days", SILENT_DAYS))
        except NotFound:
            return SILENT_DAYS

    return Exceptions(utc_now, silent_days)


def _carrier(id: str) -> Carrier:
    """Who stands behind a carrier of the shop: one that is called behind its circuit."""
    from waybill.aws.secrets import secret
    from waybill.fulfilment.carriers.registry import adapter
    from waybill.shop import store as shop

    found = adapter(shop.carrier(id), secret)
    if not found.calls:
        return found
    from waybill.fulfilment.carriers.guarded import Guarded
    from waybill.payments.breaker import Breaker, CircuitTable

    return Guarded(found, Breaker(f"carrier-{id}", CircuitTable(), utc_now))


def _carriers() -> list[Carrier]:
    """All of the shop, but those whose account is missing."""
    from waybill.aws.logs import logger
    from waybill.kernel.errors import Unavailable
    from waybill.shop import store as shop

    found: list[Carrier] = []
    for carrier in shop.carriers():
        try:
            found.append(_carrier(carrier.id))
        except Unavailable as problem:
            logger.warning("carrier passed over", carrier=carrier.id, problem=problem.message)
    return found


def _labels() -> Labels:
    from waybill.fulfilment.labels import Labels

    return Labels(utc_now, _carrier)


def direct_carriers() -> Direct:
    """What `functions/direct_carriers` does. A connection to a carrier, and its token, lives as long as its settings stay as they are."""
    from waybill.aws.secrets import secret
    from waybill.fulfilment.carriers import registry
    from waybill.fulfilment.carriers.karrio.connection import Connection
    from waybill.fulfilment.carriers.karrio.direct import Direct
    from waybill.shop import store as shop

    kept: dict[str, tuple[object, Connection]] = {}

    def connected(id: str) -> tuple[Connection, dict[str, Any]]:
        carrier = shop.carrier(id)
        told = (registry.account(carrier, secret), carrier.settings)
        if id not in kept or kept[id][0] != told:
            kept[id] = (told, Connection(carrier.settings.get("connector", ""), told[0], bool(carrier.settings.get("sandbox"))))
        return kept[id][1], carrier.settings

    return Direct(utc_now, connected)


def carriers_api() -> Router:
    """Routes of `functions/carriers`."""
    from waybill.fulfilment.carriers import api, verifying_api

    routes = api.router(utc_now)
    verifying_api.add_routes(routes, _carrier)
    return routes


def parcels() -> Parcels:
    """What `functions/parcels` does: it gives labels back, `watching` goes its rounds."""
    from waybill.fulfilment.collecting import Collecting
    from waybill.fulfilment.parcels import Parcels
    from waybill.fulfilment.releasing import Releasing
    from waybill.fulfilment.service import Fulfilment
    from waybill.fulfilment.watching import Watching
    from waybill.shop import store as shop

    def scans(carrier: str, number: str) -> Sequence[Scan]:
        asked = getattr(_carrier(carrier), "scans", None)
        return asked(number) if asked else ()

    def pack(fo_id: str, wanted: str) -> object:
        import json

        return _packing().pack(fo_id, json.loads(wanted or "[]"), "fulfilment")

    watching = Watching(utc_now, Fulfilment(utc_now), _exceptions(), scans, pack, lambda: [node.id for node in shop.nodes()])
    return Parcels(_labels(), watching, lambda fo_id, actor: _packing().relabel(fo_id, actor), Collecting(Fulfilment(utc_now), utc_now), Releasing(Fulfilment(utc_now), utc_now), _booking())


def labels_api() -> Router:
    """Routes of `functions/labels`."""
    from waybill.fulfilment import batches_api, collections_api, manifests_api, returns_api
    from waybill.fulfilment import labels_api as api
    from waybill.fulfilment.arranging import Arranging
    from waybill.fulfilment.batching import Batching
    from waybill.fulfilment.manifesting import Closing
    from waybill.fulfilment.printer import return_printer
    from waybill.fulfilment.returning import Returning
    from waybill.fulfilment.service import Fulfilment
    from waybill.picking import paper_api

    def form(carrier: str, shipments: list[str]) -> tuple[str, bytes]:
        asked = getattr(_carrier(carrier), "manifest", None)
        return asked(shipments) if asked else ("", b"")

    routes = api.router(_packing())
    paper_api.add_routes(routes, _picking())
    manifests_api.add_paper_routes(routes, Closing(utc_now, Fulfilment(utc_now), form))
    collections_api.add_routes(routes, Arranging(utc_now), _booking())
    returns_api.add_routes(routes, Returning(utc_now, return_printer, _carriers, _carrier))
    batches_api.add_routes(routes, Batching(Fulfilment(utc_now), lambda id, node: _picking().read(id, node).works))
    return routes


def _booking() -> Booking:
    from waybill.fulfilment.booking import Booking

    return Booking(utc_now, lambda id: cast("Collecting", _carrier(id)))


def _packing() -> Packing:
    from waybill.fulfilment.packing import Packing
    from waybill.fulfilment.printer import printer

    return Packing(utc_now, printer, _carriers, _labels())


def picking_api() -> Router:
    """Routes of `functions/picking`."""
    from waybill.picking import api
    from waybill.picking.table import BinsTable

    return api.router(_picking(), BinsTable())


def _picking() -> Picking:
    from waybill.fulfilment.service import Fulfilment
    from waybill.picking.service import Picking
    from waybill.picking.table import BinsTable, WavesTable

    return Picking(utc_now, WavesTable(), BinsTable(), Fulfilment(utc_now))


def node_push() -> Asking:
    """Tells nodes of their work, each in its own way."""
    from waybill.fulfilment.asking import Asking
    from waybill.fulfilment.push import NodePush

    return Asking(NodePush(utc_now).told, {"edi": lambda: edi_orders().told, "mcf": lambda: mcf().told})
