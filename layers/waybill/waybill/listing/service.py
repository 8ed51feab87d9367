"""Channels are told of stock: what has changed, those nearest to nothing first, as fast as each of them wants to hear it.

The order of things: what changed is noted as due; a batch is written down with its sequence, then sent, then noted as told. After a crash at any point
the same batch goes out again under the same sequence, and nothing that is due is forgotten. Whoever writes a batch down has it to himself until his
lease is over, so that a channel never hears an older number after a newer one, also where it knows nothing of sequences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from waybill.aws.logs import count, logger
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.ports import AskedToWait, ChannelRefused
from waybill.inventory.model.row import CLAIMS, TAKEN, Row
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import Conflict, NotFound, Unavailable
from waybill.kernel.ids import digest
from waybill.listing.model.budget import Pace, held_back
from waybill.listing.model.policy import Listed
from waybill.listing.model.records import LEASE_S, Level, Refusal, Sales, Standing, Told, pause_s
from waybill.listing.model.telling import number, shown, to_tell
from waybill.listing.ports import Records, Sale, Shelves, Teller

MOST_AT_ONCE = 100
_MOST_LOOKED_AT = 400
_MOST_TRIES = 5
_SLACK = timedelta(seconds=5)
"""A sale so soon after we told may have been made on the number before."""
_BEHIND = timedelta(minutes=15)
_LONGEST_WAY_S, _SHORTEST_S = 86_400, 0.001
_LONGEST_RUN = timedelta(seconds=40)
_UNKNOWN_FOR = timedelta(days=1)
"""What the channel does not have it is asked about again after that."""


@dataclass(frozen=True, slots=True)
class Listing:
    """`channels` answers who is told and how, `teller` who tells a channel."""

    channels: Callable[[], Mapping[str, Listed]]
    records: Records
    shelves: Shelves
    teller: Callable[[Listed], Teller]
    clock: Clock

    def changed(self, rows: Iterable[Row]) -> int:
        """Rows as they stood after each change, in their order. Notes what has changed and tells at once. Answers how many numbers were told."""
        rows = list(rows)
        if not rows or not self.channels():
            return 0
        self._learnt(rows)
        skus, at = self.shelves.with_bundles(sorted({row.sku for row in rows})), self._now()
        for channel in self.channels():
            self._kept(channel, lambda standing: standing.changed(skus, at))
        return self.run()

    def run(self) -> int:
        """Tells every channel what is due, as far as it may be told now. Answers how many numbers were told."""
        told = 0
        for listed in self.channels().values():
            try:
                told += self._tell(listed)
            except Conflict:
                logger.info("another one tells it", channel=listed.channel)
        count("StockLevelsTold", told)
        count("ChannelsBehind", sum(map(self._behind, self.channels())))
        return told

    def _behind(self, channel: str) -> bool:
        latest = instant(self.clock() - _BEHIND)
        standing = self.records.standing(channel)
        return any(since and since < latest for since in (*standing.due.values(), standing.oldest))

    def resend(self, channel: str) -> Standing:
        """All of it is told again, from the first SKU on."""
        return self._kept(channel, lambda standing: replace(standing, after=""))

    def held(self, listed: Listed, standing: Standing, there: Mapping[str, int]) -> dict[str, int]:
        """Units held back from a channel, by SKU: by its budget once it is measured how slow it is, else the fixed number."""
        if listed.budget is None or not standing.shows_after:
            return dict.fromkeys(there, listed.held)
        now, window = int(self.clock().timestamp() * 1000), standing.shows_after + standing.tells_after
        sales = self.records.sales(there)
        rates = {sku: sales[sku].rate(now) if sku in sales else 0.0 for sku in there}
        return {sku: held_back(Pace(rates[sku], window, units), listed.budget) for sku, units in there.items()}

    def numbers(self, listed: Listed, standing: Standing, skus: Iterable[str]) -> dict[str, int]:
        """What a channel should show now."""
        there = self.shelves.sellable(listed.channel, skus)
        held = self.held(listed, standing, there)
        return {sku: number([units], held[sku], listed.manner) for sku, units in there.items()}

    def _tell(self, listed: Listed) -> int:
        standing, told, started = self.records.standing(listed.channel), 0, self.clock()
        if standing.until > self._now() or standing.lease > self._now():
            return 0
        try:
            teller = self.teller(listed)
            if standing.sending:  # somebody died, or the channel did not answer
                told, standing = self._sent(teller, self.records.save(replace(standing, lease=self._lease())))
            while not standing.sending and standing.until <= self._now() and self.clock() < started + _LONGEST_RUN:
                standing, news = self._news(listed, standing)
                levels = tuple(news[: max(0, min(standing.room(self._now()[:16], listed.per_minute), teller.at_once))])
                if not levels:
                    break
                taken, standing = self._sent(teller, self.records.save(standing.sends(levels, self._now(), self._lease())))
                told += taken
        except (Unavailable, ChannelRefused, NotFound) as problem:
            self._left_alone(listed.channel, problem)
        return told

    def _lease(self) -> str:
        return instant(self.clock() + timedelta(seconds=LEASE_S))

    def _news(self, listed: Listed, standing: Standing) -> tuple[Standing, list[Level]]:
        """What must be told now, those nearest to nothing first. What is due and no news is due no more."""
        before = standing
        if standing.after is not None and len(standing.due) < _MOST_LOOKED_AT:
            following = self.shelves.after(standing.after, _MOST_LOOKED_AT)
            standing = standing.again(following, following[-1] if following else None)
        skus = standing.waiting(self._now())[:_MOST_LOOKED_AT]
        known, numbers = self.records.told(listed.channel, skus), self.numbers(listed, standing, skus)
        levels = []
        for sku in skus:
            say = to_tell(numbers[sku], _shows(known.get(sku), listed), listed.manner) if standing.due[sku] else numbers[sku]
            if standing.due[sku] and sku in known and known[sku].unknown > instant(self.clock() - _UNKNOWN_FOR):
                continue
            if say is not None:
                levels.append(Level(sku, say, standing.due[sku]))
        no_news = set(skus) - {level.sku for level in levels}
        standing = replace(standing, due={sku: since for sku, since in standing.due.items() if sku not in no_news})
        return (self.records.save(standing) if standing != before else standing), sorted(levels, key=lambda level: (level.number, level.sku))

    def _sent(self, teller: Teller, standing: Standing) -> tuple[int, Standing]:
        """Sends what is written down as being sent, and notes what the channel made of it: answers how many it has taken. Raises what the teller raises; then it stays written down."""
        channel, levels = standing.channel, standing.sending
        id = digest(channel, str(standing.sequence), *(f"{level.sku}={level.number}" for level in levels))
        known = self.records.told(channel, [level.sku for level in levels])
        called = {sku: told.called for sku, told in known.items() if told.called}
        units = {level.sku: level.number for level in levels}
        heard = teller.stock(Levels(id, standing.sequence, standing.sent_at, units, called))
        now = self.clock()
        for level in levels:
            if level.sku not in heard.refused and level.sku not in heard.untold:
                self._remember(standing, level, heard, instant(now))
            elif level.sku in called and heard.called.get(level.sku) == "":
                with suppress(Conflict):  # what it was called it is no more
                    self.records.tell(channel, replace(known[level.sku], called=""))
        seconds = max(_SHORTEST_S, _seconds(standing.oldest, now)) if standing.oldest else 0.0
        refused = {sku: self._refusal(standing, sku, why) for sku, why in heard.refused.items()}
        if heard.unknown or refused:
            count("StockLevelsUnknown", len(heard.unknown), channel=channel)
            count("StockLevelsRefused", len(refused), channel=channel)
            logger.warning("the channel does not take these numbers", channel=channel, unknown=len(heard.unknown), refused=dict(list(heard.refused.items())[:10]))

        def after(at: Standing) -> Standing:
            """Whoever has noted changes meanwhile has not sent them: the lease is ours."""
            if at.sequence != standing.sequence or not at.sending:
                return at
            told = at.told(seconds, heard.untold, refused, heard.unknown)
            return replace(told, until=instant(now + timedelta(seconds=heard.pause))) if heard.pause else told

        return len(levels) - len(heard.unknown) - len(refused) - len(heard.untold), self._kept(channel, after)

    def _remember(self, standing: Standing, level: Level, heard: Heard, at: str) -> None:
        for _ in range(_MOST_TRIES):
            before = self.records.told(standing.channel, [level.sku]).get(level.sku) or Told(level.sku, 0, 0, "")
            if before.sequence >= standing.sequence:
                return
            called = heard.called.get(level.sku, before.called)
            unknown = (before.unknown or at) if level.sku in heard.unknown else ""
            try:
                return self.records.tell(standing.channel, Told(level.sku, level.number, standing.sequence, at, {}, before.version, called, unknown))
            except Conflict:
                continue

    def _refusal(self, standing: Standing, sku: str, why: str) -> Refusal:
        times = standing.refused[sku].times if sku in standing.refused else 0
        return Refusal(times + 1, instant(self.clock() + timedelta(seconds=pause_s(times))), why[:200])

    def _left_alone(self, channel: str, problem: Unavailable | ChannelRefused | NotFound) -> None:
        def after(standing: Standing) -> Standing:
            pause = problem.seconds if isinstance(problem, AskedToWait) else standing.pause_s()
            return replace(standing, failures=standing.failures + 1, lease="", until=instant(self.clock() + timedelta(seconds=pause)))

        standing = self._kept(channel, after)
        count("StockLevelsRefused", channel=channel)
        logger.warning("the channel does not take its stock", channel=channel, problem=problem.message, until=standing.until)

    def _learnt(self, rows: list[Row]) -> None:
        """What was sold: how fast of each SKU, and by which channel of its own."""
        sold = {(row.sku, row.node, id): op for row in rows for id, op in row.ops.items() if op.kind in (*CLAIMS, TAKEN)}
        skus = sorted({sku for sku, _, _ in sold})
        known = self.records.sales(skus)
        for sku in skus:
            before = known.get(sku, Sales())
            after = before.after((op.at, op.quantity) for (of, _, _), op in sold.items() if of == sku)
            if after != before:
                self.records.keep_sales(sku, after)
        reserved_at = {id.split("/", 1)[0]: op.at for (_, _, id), op in sold.items()}
        for sale in self.records.orders(sorted(id for id in reserved_at if id.startswith("ord_"))):
            if sale.channel in self.channels():
                self._own_sale(self.channels()[sale.channel], sale, reserved_at[sale.order_id] / 1000)

    def _own_sale(self, listed: Listed, sale: Sale, reserved_s: float) -> None:
        """The channel has lowered its own number: that is no news to it."""
        way = reserved_s - parse_instant(sale.placed_at).timestamp()
        if 0 < way < _LONGEST_WAY_S:
            self._kept(sale.channel, lambda standing: standing.heard(way))
        if not listed.lowers:
            return
        for sku, told in self.records.told(sale.channel, sale.units).items():
            if sale.order_id not in told.sold and parse_instant(sale.placed_at) > parse_instant(told.at) + _SLACK:
                self.records.tell(sale.channel, replace(told, sold={**told.sold, sale.order_id: sale.units[sku]}))

    def _kept(self, channel: str, change: Callable[[Standing], Standing]) -> Standing:
        for _ in range(_MOST_TRIES):
            try:
                known = self.records.standing(channel)
                after = change(known)
                return known if after == known else self.records.save(after)
            except Conflict:
                continue
        raise Unavailable(f"{channel} is being told by many at once; try again")

    def _now(self) -> str:
        return instant(self.clock())


def _shows(told: Told | None, listed: Listed) -> int | None:
    if told is None:
        return None
    return shown(told.number, sum(told.sold.values()) if listed.lowers else 0)


def _seconds(since: str, now: datetime) -> float:
    return (now - parse_instant(since)).total_seconds()
