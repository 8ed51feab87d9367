"""Who ships for us: warehouses by EDI, Amazon."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from waybill.bootstrap.clock import utc_now
from waybill.bootstrap.inventory import counting, supply

if TYPE_CHECKING:
    from waybill.aws.http import Router
    from waybill.edi.notices import Notices
    from waybill.edi.orders import Orders as EdiOrders
    from waybill.edi.taking import Taking as EdiTaking
    from waybill.edi.watching import Watching as EdiWatching
    from waybill.mcf.fulfilling import Fulfilling


def mcf() -> Fulfilling:
    """Nodes that are Amazon."""
    from waybill.channels.connecting import remote
    from waybill.fulfilment import listing
    from waybill.fulfilment.away import Away
    from waybill.fulfilment.service import Fulfilment
    from waybill.mcf.fulfilling import Fulfilling, account_of
    from waybill.shop import store as shop

    def account(channel: str) -> Any:
        return remote(shop.channel(channel), utc_now)

    return Fulfilling(Away(Fulfilment(utc_now)), account_of(account), listing.open_ids)


def edi_orders() -> EdiOrders:
    """Warehouse shipping orders and stock transfer advices, into partners' folders."""
    from waybill.edi.orders import Orders
    from waybill.edi.sending import Sending

    return Orders(utc_now, Sending(utc_now), lambda kind, id: supply().load(kind, id))


def edi_notices() -> Notices:
    """Ship notices into the folders of channels."""
    from waybill.edi.notices import Notices
    from waybill.edi.sending import Sending

    return Notices(Sending(utc_now))


def edi_taking() -> EdiTaking:
    """What partners put into their folders."""
    from dataclasses import replace

    from waybill.edi.applying import Applying
    from waybill.edi.sending import Sending
    from waybill.edi.shelves import NodeCounts, NodeReceipts
    from waybill.edi.taking import Taking
    from waybill.fulfilment.away import Away
    from waybill.fulfilment.service import Fulfilment
    from waybill.supply.model.inbound import PURCHASE_ORDER, TRANSFER

    sending = Sending(utc_now)
    receipts = NodeReceipts(supply(), (PURCHASE_ORDER, TRANSFER), lambda inbound, day: replace(inbound, expected=day))
    return Taking(utc_now, sending, Applying(Away(Fulfilment(utc_now)), receipts, NodeCounts(counting()), sending).apply)


def edi_watching() -> EdiWatching:
    """Tells nodes what is on its way to them; counts what waits for an acknowledgement, or for a person."""
    from waybill.edi.sending import Sending
    from waybill.edi.watching import Watching
    from waybill.supply.table import InboundTable

    return Watching(Sending(utc_now), edi_orders(), InboundTable().on_their_way)


def edi_api() -> Router:
    """Routes of `functions/edi`."""
    from waybill.edi import api
    from waybill.edi.sending import Sending

    return api.router(edi_taking(), Sending(utc_now), edi_orders(), edi_notices())


def node_checks() -> dict[str, Callable[[str, Any], None]]:
    """What can be said of how a node is told of its work, by the name of the setting; each loaded when one is set up so."""

    def edi(node: str, says: Any) -> None:
        from waybill.edi.partner import check, refuse_taken

        check(says)
        refuse_taken(node, says)

    def mcf(node: str, says: Any) -> None:
        from waybill.mcf.settings import check, refuse_unknown
        from waybill.shop import store as shop

        check(says)
        refuse_unknown(says, {channel.id: channel.kind for channel in shop.channels()})

    return {"edi": edi, "mcf": mcf}
