"""Channels are told of stock: what has changed, those nearest to nothing first, as fast as each of them wants to hear it.

The order of things: what changed is noted as due; a batch is written down with its sequence, then sent, then noted as told. After a crash at any point
the same batch goes out again under the same sequence, and nothing that is due is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from waybill.aws.logs import count, logger
from waybill.channels.ports import AskedToWait, ChannelRefused
from waybill.inventory.model.row import CLAIMS, TAKEN, Row
from waybill.kernel.clock import Clock, instant, parse_instant
from waybill.kernel.errors import Conflict, Unavailable
from waybill.kernel.ids import digest
from waybill.listing.model.budget import Pace, held_back
from waybill.listing.model.policy import Listed
from waybill.listing.model.records import Level, Sales, Standing, Told
from waybill.listing.model.telling import number, shown, to_tell
from waybill.listing.ports import Records, Sale, Shelves, Teller

MOST_AT_ONCE = 100
_MOST_LOOKED_AT = 400
_MOST_TRIES = 5
_SLACK = timedelta(seconds=5)
"""A sale so soon after we told may have been made on the number before."""
_BEHIND = timedelta(minutes=15)
_LONGEST_WAY_S, _SHORTEST_S = 86_400, 0.001


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
        standing, told = self.records.standing(listed.channel), 0
        if standing.until > self._now():
            return 0
        if standing.sending:  # somebody died, or the channel did not answer
            told, standing = len(standing.sending), self._sent(listed, standing)
        while not standing.sending:
            standing, news = self._news(listed, standing)
            levels = tuple(news[: max(0, min(standing.room(self._now()[:16], listed.per_minute), MOST_AT_ONCE))])
            if not levels:
                return told
            told, standing = told + len(levels), self._sent(listed, self.records.save(standing.sends(levels, self._now())))
        return told - len(standing.sending)

    def _news(self, listed: Listed, standing: Standing) -> tuple[Standing, list[Level]]:
        """What must be told now, those nearest to nothing first. What is due and no news is due no more."""
        before = standing
        if standing.after is not None and len(standing.due) < _MOST_LOOKED_AT:
            following = self.shelves.after(standing.after, _MOST_LOOKED_AT)
            standing = standing.again(following, following[-1] if following else None)
        skus = sorted(standing.due, key=lambda sku: (not standing.due[sku], standing.due[sku], sku))[:_MOST_LOOKED_AT]
        known, numbers = self.records.told(listed.channel, skus), self.numbers(listed, standing, skus)
        levels = []
        for sku in skus:
            say = to_tell(numbers[sku], _shows(known.get(sku), listed), listed.manner) if standing.due[sku] else numbers[sku]
            if say is not None:
                levels.append(Level(sku, say, standing.due[sku]))
        no_news = set(skus) - {level.sku for level in levels}
        standing = replace(standing, due={sku: since for sku, since in standing.due.items() if sku not in no_news})
        return (self.records.save(standing) if standing != before else standing), sorted(levels, key=lambda level: (level.number, level.sku))

    def _sent(self, listed: Listed, standing: Standing) -> Standing:
        """Sends what is written down as being sent. Where the channel does not take it, it stays written down and the channel is left alone a while."""
        levels = standing.sending
        id = digest(listed.channel, str(standing.sequence), *(f"{level.sku}={level.number}" for level in levels))
        try:
            self.teller(listed).levels(id, standing.sequence, levels)
        except (Unavailable, ChannelRefused) as problem:
            return self._left_alone(standing, problem)
        now = self.clock()
        known = self.records.told(listed.channel, [level.sku for level in levels])
        for level in levels:
            before = known.get(level.sku)
            if before is None or before.sequence < standing.sequence:
                version = before.version if before else 0
                self.records.tell(listed.channel, Told(level.sku, level.number, standing.sequence, instant(now), {}, version))
        return self.records.save(standing.told(max(_SHORTEST_S, _seconds(standing.oldest, now)) if standing.oldest else 0.0))

    def _left_alone(self, standing: Standing, problem: Unavailable | ChannelRefused) -> Standing:
        pause = problem.seconds if isinstance(problem, AskedToWait) else standing.pause_s()
        until = instant(self.clock() + timedelta(seconds=pause))
        count("StockLevelsRefused", channel=standing.channel)
        logger.warning("the channel does not take its stock", channel=standing.channel, problem=problem.message, until=until)
        return self.records.save(replace(standing, failures=standing.failures + 1, until=until))

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
