"""What channels do to orders that stand: a document that only says so is looked up at the channel, then the order follows (A3, A4).

Whatever comes here may come twice, late, out of order, or before its order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from waybill.aws.logs import count, logger
from waybill.channels import notices
from waybill.channels.connecting import remote
from waybill.channels.model.masking import without_card_numbers
from waybill.channels.patience import Patience
from waybill.channels.ports import WORD, ChannelRefused
from waybill.channels.worker import IntakeWorker, about
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import NotFound
from waybill.kernel.ids import order_id
from waybill.orders import documents
from waybill.orders.documents import Document
from waybill.shop import store as shop


@dataclass(frozen=True, slots=True)
class Changes:
    worker: IntakeWorker
    clock: Clock
    patience: Patience = field(default_factory=Patience)

    def take(self, message: dict[str, Any]) -> None:
        """One message: `{"document": <id>}` of the changes queue, or a channel's notice as it wrote it. Raises Unavailable, AskedToWait: the
        queue brings it again."""
        if set(message) != {"document"}:
            noticed = notices.keep(message, instant(self.clock()))
            if noticed is None:
                return
            message = {"document": noticed.id}
        document = documents.load(message["document"])
        said = about(document)
        if said.carries != WORD:
            self.worker.take(message)
            return
        reference = said.reference
        try:
            whole = self._looked_up(document, reference)
        except (NotFound, ChannelRefused) as problem:
            self._park(document, f"the channel was asked for the order {reference[:64]} and has not given it: {problem.message}")
            return
        self.worker.take({"document": whole.id})
        if document.problem:
            documents.unpark(document.id)

    def _looked_up(self, document: Document, reference: str) -> Document:
        """The order as the channel has it now, kept like everything that a channel says."""
        with self.patience.given(document.channel):
            channel = remote(shop.channel(document.channel), self.clock)
            if channel is None:
                raise NotFound("the channel has no address in its settings to be asked at")
            found = channel.order(reference)
        return kept(document.channel, "fetched", found, reference, instant(self.clock()))[0]

    @staticmethod
    def _park(document: Document, problem: str) -> None:
        if document.problem != problem[:1000]:
            documents.park(document.id, problem)
        count("DocumentsParked", channel=document.channel)
        logger.warning("document parked", channel=document.channel, order_id=document.order_id)


def kept(channel: str, door: str, body: Any, reference: str, at: str) -> tuple[Document, bool]:
    """Keeps an order that we asked for, under what it says: the same once more is the same document. Answers it, and whether it is new."""
    raw = json.dumps(without_card_numbers(body), default=str, separators=(",", ":"), sort_keys=True).encode()
    document = Document(channel, "", door, "", raw, at, order_id(channel, reference))
    document = replace(document, key=f"asked/{reference}/{document.sha256[:32]}")
    return document, documents.keep(document)
