"""The desk's `ports.Works` on the use cases of fulfilment. What a verb stands on is loaded when somebody does it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from waybill.fulfilment.service import Fulfilment, load
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, InvalidInput
from waybill.kernel.ids import digest

if TYPE_CHECKING:
    from waybill.desk.model.floor import Collected, Deed, Floor
    from waybill.fulfilment.collecting import Collecting
    from waybill.fulfilment.releasing import Releasing
    from waybill.routing.moving import Moving

_LONGEST_WHY = 200


@dataclass(frozen=True, slots=True)
class Foreman:
    """`moving` is made when somebody moves work; `send` puts a message into a queue by the name of its variable."""

    clock: Clock
    moving: Callable[[], Moving]
    send: Callable[[str, dict[str, Any]], None]

    def do(self, fo_id: str, deed: Deed, actor: str) -> None:
        work = Fulfilment(self.clock)
        verbs: dict[str, Callable[[], object]] = {
            "hold": lambda: work.hold(fo_id, _why(deed.reason), actor),
            "release": lambda: work.release(fo_id, actor),
            "open": lambda: self._kept().open(fo_id, actor),
            "approve": lambda: self._kept().approve(fo_id, actor),
            "reject": lambda: work.reject(fo_id, deed.reason, [], actor),
            "reschedule": lambda: self._kept().reschedule(fo_id, _day(deed.day), actor),
            "move": lambda: self.moving().move(fo_id, deed.node, actor),
            "split": lambda: self._split(fo_id, deed, actor),
            "short": lambda: work.short(fo_id, deed.units, deed.reason, actor, asked=_asked(deed, actor)),
            "cancellation-accept": lambda: work.cancellation_accepted(fo_id, actor),
            "cancellation-decline": lambda: work.cancellation_declined(fo_id, _why(deed.reason), actor),
            "void": lambda: self._void(fo_id, deed, actor),
            "relabel": lambda: self._void(fo_id, deed, actor),
            "ready": lambda: self._collecting().make_ready(fo_id, actor),
            "collect": lambda: self._collect(fo_id, deed, actor),
            "reship": lambda: self._reship(fo_id, deed, actor),
        }
        if deed.verb not in verbs:
            raise InvalidInput("nothing of this kind is done to work at a node")
        verbs[deed.verb]()

    def floor(self) -> Floor:
        from waybill.desk import floor

        return floor.read(self.clock)

    def close_case(self, case_id: str, why: str, actor: str) -> None:
        from waybill.aws.tables import WriteConflict, commit
        from waybill.fulfilment import cases

        after = cases.one(case_id).ended(_why(why), actor, instant(self.clock()))
        try:
            commit(cases.write(after))
        except WriteConflict:
            raise Conflict("somebody else changed the case first; look again") from None

    def tell_again(self, delivery_id: str) -> None:
        from waybill.aws.config import setting
        from waybill.fulfilment import deliveries

        event = deliveries.load(delivery_id).event
        event.data["replayed"] = True
        self.send("NODE_PUSH_QUEUE_URL", {"source": "waybill", "detail-type": event.type, "detail": event.to_dict(setting("STAGE"))})

    def close_interchange(self, id: str, actor: str) -> None:
        from waybill.edi.sending import Sending

        Sending(self.clock).close(id, actor)

    def book_van(self, said: Collected, actor: str) -> None:
        from waybill.desk import vans

        vans.book(self.clock, self.send, said, actor)

    def cancel_van(self, id: str, actor: str) -> None:
        from waybill.desk import vans

        vans.cancel(self.clock, self.send, id, actor)

    def _kept(self) -> Releasing:
        from waybill.fulfilment.releasing import Releasing

        return Releasing(Fulfilment(self.clock), self.clock)

    def _split(self, fo_id: str, deed: Deed, actor: str) -> object:
        from waybill.fulfilment.dividing import Dividing

        return Dividing(self.clock).split(fo_id, deed.units, actor, asked=_asked(deed, actor))

    def _collecting(self) -> Collecting:
        from waybill.fulfilment.collecting import Collecting

        return Collecting(Fulfilment(self.clock), self.clock)

    def _collect(self, fo_id: str, deed: Deed, actor: str) -> object:
        """To who says its code, which is digits, or the name on the order."""
        from waybill.fulfilment.collecting import Claimant

        said = " ".join(deed.said.split())
        if not said:
            raise InvalidInput("ask for the code in the customer's mail, or for the name on the order", fields={"said": "required"})
        who = Claimant(code=said) if said.isdecimal() else Claimant(name=said)
        return self._collecting().collect(fo_id, who, actor, asked=_asked(deed, actor) if deed.units else None, units=deed.units, let_go=deed.let_go)

    def _reship(self, fo_id: str, deed: Deed, actor: str) -> object:
        from waybill.fulfilment.reshipping import Reshipping

        return Reshipping(self.clock).reship(fo_id, deed.package, deed.reason, deed.even_so, actor)

    def _void(self, fo_id: str, deed: Deed, actor: str) -> None:
        """Those who may speak with carriers do it, and soon: what may not be done is said here."""
        from waybill.aws.config import setting
        from waybill.fulfilment.asked import labels_asked_back

        event = labels_asked_back(load(fo_id)[1], deed.package, deed.verb == "relabel", instant(self.clock()), actor)
        self.send("PARCELS_QUEUE_URL", {"source": "waybill", "detail-type": event.type, "detail": event.to_dict(setting("STAGE"))})


def _asked(deed: Deed, actor: str) -> Any:
    """A form that is sent twice has asked once: its key is what was looked at, its body what was wanted."""
    from waybill.fulfilment.model.once import Asked

    body = digest(deed.reason, json.dumps(dict(deed.units), sort_keys=True), *((deed.said, str(deed.let_go)) if deed.said else ()))
    return Asked(digest("desk", deed.verb, actor, deed.seen, body), body) if deed.seen else None


def _day(day: str) -> str:
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        raise InvalidInput("say which day, as 2026-12-24", fields={"day": "YYYY-MM-DD"}) from None


def _why(reason: str) -> str:
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= _LONGEST_WHY or not reason.isprintable():
        raise InvalidInput(f"say why, in at most {_LONGEST_WHY} characters", fields={"reason": "required"})
    return reason
