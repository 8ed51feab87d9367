"""What people do with drafts. Each verb is safe to repeat; what two people do at once, one of them does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from waybill.aws.logs import count, logger
from waybill.channels.registry import OUR_OWN
from waybill.channels.service import Intake
from waybill.drafts.looking import Looked, Looks, units
from waybill.drafts.model import draft as model
from waybill.drafts.model.draft import DISCARDED, MACHINE, OPEN, PLACED, PLACING, QUOTED, Draft
from waybill.drafts.table import DraftsTable
from waybill.inventory.model.cart import cart_id
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import Conflict, InvalidInput, KeyReused, StaleVersion
from waybill.kernel.ids import digest, order_id
from waybill.shop import store as shop
from waybill.shop.model import Channel, Key

KIND = "phone"
"""The kind of channel that people take orders for. One of our own: nobody signs, and nobody need be told."""
assert KIND in OUR_OWN
MOST_TRIES = 8
FORGOTTEN_AFTER = timedelta(days=30)
"""A draft that nobody has touched for so long is discarded, and what it knows of a person with it."""
_A_SWEEP = 200


@dataclass(frozen=True, slots=True)
class Drafts:
    table: DraftsTable
    looks: Looks
    intake: Intake
    clock: Clock

    def open(self, key: str, said: Mapping[str, Any], actor: str) -> Draft:
        """The draft that this key names, made where there is none. Raises KeyReused where it was opened with something else; InvalidInput."""
        id, digested = f"dr_{digest(actor, key)}", digest(json.dumps(said, sort_keys=True))
        if known := self.table.find(id):
            return _the_same(known, digested)
        channel, rest = _channel(said)
        try:
            return self.table.save(model.opened(id, channel, rest, digested, self._now(), actor))
        except Conflict:
            return _the_same(self.table.load(id), digested)

    def load(self, id: str) -> Draft:
        """As it stands today. Raises NotFound."""
        return model.expired(self.table.load(id), self._now())

    def look(self, draft: Draft) -> Looked:
        return self.looks.look(draft)

    def change(self, id: str, said: Mapping[str, Any], seen: int | None, actor: str) -> Draft:
        """All of it said anew. Raises IllegalTransition, StaleVersion, InvalidInput for another channel."""

        def after(draft: Draft) -> Draft:
            if said.get("channel", draft.channel) != draft.channel:
                raise InvalidInput("a draft stays with its channel", fields={"channel": f"is {draft.channel}"})
            new = {name: value for name, value in said.items() if name != "channel"}
            changed = model.changed(draft, new, self._now(), actor)
            return draft if new == draft.said else changed

        return self._do(id, after, seen)

    def quote(self, id: str, expires_on: str, seen: int | None, actor: str) -> Draft:
        """Fixes its prices until the end of that day. Raises InvalidInput for what still lacks, but for how it is paid."""

        def after(draft: Draft) -> Draft:
            MACHINE.after(draft.status, "quote")
            looked = self.looks.look(draft)
            _refuse(looked.lacks_of_quote)
            fixed = {name: value for name, value in looked.body.items() if name not in ("tenders", "attributes")}
            kept = {name: draft.said[name] for name in ("tenders", "attributes") if name in draft.said}
            return model.quoted(draft, {**fixed, **kept}, expires_on, self._now(), actor)

        return self._do(id, after, seen)

    def reopen(self, id: str, seen: int | None, actor: str) -> Draft:
        """A quote that is to be another. Its prices stay until somebody says others."""
        return self._do(id, lambda draft: model.reopened(draft, self._now(), actor), seen)

    def hold(self, id: str) -> Draft:
        """Keeps stock for it, for as long as the shop keeps it for carts. Raises StockUnavailable, IllegalTransition, InvalidInput where there is nothing
        to keep."""
        draft = self.load(id)
        MACHINE.after(draft.status, "hold")
        wanted = units(self.looks.look(draft))
        if not wanted:
            raise InvalidInput("the draft names nothing that stock could be kept of", fields={"lines": "name a SKU that the shop has"})
        self.looks.carts.keep(cart_id(draft.channel, draft.id), draft.channel, wanted)
        return draft

    def discard(self, id: str, seen: int | None, actor: str) -> Draft:
        """It comes to nothing: its stock goes back, what is personal is dropped. Again changes nothing."""

        def after(draft: Draft) -> Draft:
            return draft if draft.status == DISCARDED else model.discarded(draft, self._now(), actor)

        draft = self._do(id, after, seen)
        self.looks.carts.end(cart_id(draft.channel, draft.id), draft.channel)
        return draft

    def place(self, id: str, tenders: Sequence[Mapping[str, Any]], seen: int | None, actor: str) -> Draft:
        """Makes one order of it, however often it is asked and wherever it was cut off. `tenders`, if any, are how it is paid.

        First the whole order is written down in the draft, then intake is given that, under a key of the draft's own, then the draft follows.
        Raises InvalidInput for what still lacks, IllegalTransition, StaleVersion.
        """

        def after(draft: Draft) -> Draft:
            return draft if draft.status in (PLACING, PLACED) else self._begun(draft, tenders, actor)

        return self._carried_out(self._do(id, after, seen), actor)

    def page(self, status: str, limit: int, start: dict[str, Any] | None) -> tuple[list[Looked], dict[str, Any] | None]:
        """Those of a status with what they come to, the one that was changed last first."""
        found, following = self.table.page(status, limit, start)
        return [self.looks.summed(model.expired(draft, self._now())) for draft in found], following

    def sweep(self) -> dict[str, int]:
        """What a clock does to drafts: those that were cut off are placed, quotes end, what nobody has touched for long is discarded."""
        now = self.clock()
        done = {"placed": 0, "expired": 0, "discarded": 0}
        for id in self.table.untouched(PLACING, instant(now - timedelta(minutes=5)), _A_SWEEP):
            done["placed"] += self._finished(id)
        for id in self.table.untouched(QUOTED, instant(now), _A_SWEEP):
            done["expired"] += self._do(id, lambda draft: draft, None, keep_expiry=True).status == model.EXPIRED
        for status in (OPEN, model.EXPIRED):
            for id in self.table.untouched(status, instant(now - FORGOTTEN_AFTER), _A_SWEEP):
                done["discarded"] += self.discard(id, None, "clock").status == DISCARDED
        for what, times in done.items():
            count("Drafts", times, what=what)
        return done

    def _begun(self, draft: Draft, tenders: Sequence[Mapping[str, Any]], actor: str) -> Draft:
        MACHINE.after(draft.status, "place")
        paid = replace(draft, said={**draft.said, "tenders": [dict(each) for each in tenders]}) if tenders else draft
        looked = self.looks.look(paid)
        _refuse(looked.lacks)
        fixed = replace(paid, said={**paid.said, **{name: looked.body[name] for name in ("currency", "lines")}})
        return model.begun(fixed, self.looks.text(looked), order_id(draft.channel, draft.id), self._now(), actor)

    def _carried_out(self, draft: Draft, actor: str) -> Draft:
        if draft.status == PLACED:
            return draft
        self.intake.order(Key(("channel",), draft.channel), f"draft-{draft.id}", draft.order.encode())
        return self._do(draft.id, lambda now: now if now.status == PLACED else model.finished(now, self._now(), actor), None)

    def _finished(self, id: str) -> bool:
        """False where intake will not have it: somebody has used the draft's name for another order. A person must look."""
        try:
            return self._carried_out(self.table.load(id), "clock").status == PLACED
        except (Conflict, InvalidInput) as refused:
            logger.error("a draft cannot be placed", draft=id, why=refused.code)
            return False

    def _do(self, id: str, after: Callable[[Draft], Draft], seen: int | None, keep_expiry: bool = False) -> Draft:
        """Once more from the start whenever somebody else was first. `after` answers the same draft for nothing to do."""
        for _ in range(MOST_TRIES):
            stored = self.table.load(id)
            draft = model.expired(stored, self._now())
            then = after(draft)
            if then is draft and not (keep_expiry and draft is not stored):
                return draft
            if seen is not None and seen != draft.version:
                raise StaleVersion("somebody has changed the draft since: look at it again", fields={"If-Match": f"is {draft.version} now"})
            try:
                return self.table.save(then)
            except Conflict:
                continue
        raise Conflict("the draft is being changed by many at once; try again")

    def _now(self) -> str:
        return instant(self.clock())


def channels() -> list[Channel]:
    """Those that people take orders for."""
    return [channel for channel in shop.channels() if channel.kind == KIND]


def _channel(said: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The channel named, or the only one; and the rest of what was said."""
    rest = {name: value for name, value in said.items() if name != "channel"}
    named, known = said.get("channel"), [channel.id for channel in channels()]
    if named is None and len(known) == 1:
        return known[0], rest
    if not isinstance(named, str) or named not in known:
        there = f"is one of {', '.join(known)}"[:200] if known else f"the shop has no channel of the kind {KIND}"
        raise InvalidInput(f"channel: {there}", fields={"channel": there})
    return named, rest


def _the_same(draft: Draft, opened_with: str) -> Draft:
    if draft.opened_with != opened_with:
        raise KeyReused("this key came before with another draft", fields={"Idempotency-Key": "used before"})
    return draft


def _refuse(lacks: Mapping[str, str]) -> None:
    if lacks:
        at, what = next(iter(lacks.items()))
        more = f" (and {len(lacks) - 1} more)" if len(lacks) > 1 else ""
        raise InvalidInput(f"{at}: {what}{more}", fields=dict(lacks))
