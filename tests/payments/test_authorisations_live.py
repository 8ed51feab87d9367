"""Authorisations live as long as they must: renewed where the gateway allows, else a person is asked in time; nothing ships unpaid."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from tests.flow.life import DECLINED, Life, an_order
from tests.flow.lived import life
from tests.payments.gateway_fake import DECLINING, GOOD, FakeGateway, Payment
from tests.payments.money_world import At, Crash, World, crash
from waybill.aws import gate
from waybill.kernel.clock import parse_instant, utc_now
from waybill.kernel.errors import IllegalTransition, Unavailable
from waybill.payments import ports
from waybill.payments.by_hand import ByHand
from waybill.payments.care import Care
from waybill.payments.dynamodb import OrdersTable
from waybill.payments.look import Looks
from waybill.payments.model.allocation import Policy
from waybill.payments.ports import Capabilities, GatewayRefused, Standing
from waybill.payments.records import tender_item
from waybill.payments.service import Payments

_START = datetime(2026, 11, 23, tzinfo=UTC)


class Renewing(FakeGateway):
    """Renews once a payment; `refuses` to. `keeps_both`: the old authorisation stands until it is voided."""

    allows = Capabilities(several_captures=False, renewal=True, hold_days=7)
    refuses = keeps_both = False

    def renew(self, reference: str, amount: int, currency: str, key: str) -> str:
        def made() -> str:
            if self.refuses:
                raise GatewayRefused("too soon")
            old = self._the(reference)
            self.payments[f"{reference}_again"] = Payment(old.demand, ports.AUTHORISED, authorisations=1)
            if not self.keeps_both:
                old.status = ports.VOIDED
            return f"{reference}_again"

        return self._call("renew", lambda: self._once(key, (reference, amount), made))


def _care(world: World) -> None:
    gateways = {"stripe": world.fake}
    looks = Looks(world.book, gateways, world.clock, world.payments)
    Care(world.book, gateways, world.clock, world.payments, looks).look_after(world.id, 1)


def _later(world: World, **by: float) -> None:
    world._ticks = itertools.count(int(timedelta(**by).total_seconds()))


def _authorised(fake: FakeGateway | None = None, *tenders: tuple[str, int, str]) -> World:
    world = World(*tenders, fake=fake)
    world.deliver(world.command())
    return world


def _holds(world: World) -> dict[str, tuple[str, ...]]:
    return {hold.id: hold.blocks for hold in world.account.state.active_holds}


def test_the_end_of_an_authorisation_is_known_from_the_start_and_looked_for_by_its_day() -> None:
    tender = _authorised().account.tenders[0]
    assert timedelta(days=7) <= parse_instant(tender.expires_at) - _START < timedelta(days=7, minutes=1)
    assert tender_item(tender)["lookup_pk"] == "EXPIRING#2026-11-30"
    assert "expires_at" in tender.history[-1].data


def test_what_the_gateway_says_of_the_end_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeGateway, "_standing", staticmethod(lambda payment: Standing(payment.status, payment.demand.amount, expires_at="2026-11-25T00:00:00Z")))
    assert _authorised().account.tenders[0].expires_at == "2026-11-25T00:00:00Z"


def test_nobody_is_troubled_while_there_is_time() -> None:
    world = _authorised(Renewing())
    _later(world, days=7, hours=-37)
    _care(world)
    assert len(world.fake.payments) == 1 and not _holds(world)


@pytest.mark.parametrize("keeps_both", [False, True])
def test_an_authorisation_that_ends_soon_is_renewed_and_captured_by_its_new_name(keeps_both: bool) -> None:
    fake = Renewing()
    fake.keeps_both = keeps_both
    world = _authorised(fake)
    _later(world, days=6)
    _care(world)
    tender = world.account.tenders[0]
    assert tender.balances.authorised == 2599 and tender.expires_at > "2026-12-05" and "payment.renewed" in world.told
    assert fake.payments["pay_1"].status == ports.VOIDED and not _holds(world)
    world.deliver(world.shipped())
    assert fake.payments["pay_1_again"].captured == 2599 and fake.captures(world.id) == [2599]
    assert world.account.tenders[0].balances.charged == 2599 and world.account.tenders[0].balances.authorised == 0


def test_a_renewal_survives_a_crash_at_every_call_and_holds_the_money_once() -> None:
    for number in itertools.count():
        world = _authorised(Renewing())
        world.fake.keeps_both = True
        _later(world, days=6)
        watcher = At(number, after=crash)
        with gate.watching(watcher):
            try:
                _care(world)
            except Crash:
                pass
        over = number >= len(watcher.seen)
        _care(world)
        assert world.account.tenders[0].balances.authorised == 2599 and world.told.count("payment.renewed") == 1
        world.deliver(world.shipped())
        assert world.fake.captures(world.id) == [2599]
        if over:
            return


@pytest.mark.parametrize("fake", [FakeGateway, Renewing])
def test_where_it_cannot_be_renewed_a_person_is_asked_once_and_in_time_and_may_still_ship(fake: type[FakeGateway]) -> None:
    gateway = fake()
    gateway.refuses = True
    world = _authorised(gateway)
    _later(world, days=7, hours=-35)
    _care(world)
    _care(world)
    assert _holds(world) == {"expiring-1-1": ()} and world.told.count("order.held") == 1
    world.deliver(world.shipped())
    assert world.fake.captures(world.id) == [2599]
    assert not _holds(world), "what was asked for has come right by itself"


def test_who_has_seen_it_is_not_asked_again() -> None:
    world = _authorised()
    _later(world, days=6)
    _care(world)
    world.release_all()
    _care(world)
    assert not _holds(world)


def test_what_has_lapsed_keeps_the_goods_here_until_it_is_paid_anew() -> None:
    world = _authorised()
    world.fake.payments["pay_1"].status = ports.VOIDED
    _later(world, days=8)
    _care(world)
    _care(world)
    assert _holds(world) == {"lapsed-1": ("ship",)} and world.account.tenders[0].balances.authorised == 0
    world.payments.replace_token(world.id, 1, GOOD)
    for _ in range(2):
        world.deliver({"command": "secure", "order_id": world.id, "tender": 1, "key": "again"})
    assert not _holds(world) and world.account.tenders[0].balances.authorised == 2599
    assert world.fake.authorised(world.id) == 1 and world.told.count("order.confirmed") == 1
    world.deliver(world.shipped())
    assert world.fake.captures(world.id) == [2599]


def test_a_decline_of_the_second_means_leaves_the_hold_and_may_be_tried_again() -> None:
    world = _authorised()
    world.fake.payments["pay_1"].status = ports.VOIDED
    _later(world, days=8)
    _care(world)
    for key, token, held in (("a", DECLINING, True), ("b", GOOD, False)):
        world.payments.replace_token(world.id, 1, token)
        world.payments.secure(world.id, 1, key)
        assert bool(_holds(world)) == held


def test_securing_again_does_nothing_where_the_money_is_there_or_the_order_is_gone() -> None:
    world = _authorised()
    world.payments.secure(world.id, 1, "k")
    world.cancel_state()
    world.deliver(world.cancelled())
    world.payments.secure(world.id, 1, "l")
    assert len(world.fake.payments) == 1


def test_one_that_lapses_at_the_gateway_s_clock_and_not_at_ours_is_left_standing() -> None:
    world = _authorised()
    _later(world, days=8)
    _care(world)
    assert not _holds(world) and world.account.tenders[0].balances.authorised == 2599


def test_a_gateway_that_is_down_is_asked_again_later() -> None:
    world = _authorised(Renewing())
    _later(world, days=6)
    world.fake.down = True
    with pytest.raises(Unavailable):
        _care(world)
    world.fake.down = False
    _care(world)
    assert world.told.count("payment.renewed") == 1


def test_care_for_what_was_captured_or_voided_meanwhile_changes_nothing() -> None:
    for event in ("shipped", "cancelled"):
        world = _authorised(Renewing())
        if event == "cancelled":
            world.cancel_state()
        world.deliver(getattr(world, event)())
        before = [tender.version for tender in world.account.tenders]
        _later(world, days=6)
        _care(world)
        assert [tender.version for tender in world.account.tenders] == before


# ── nothing ships unpaid ─────────────────────────────────────────────────────────────────────────────────────────────


def _with(policy: Policy, kind: str) -> World:
    world = World((kind, 2599, ""))
    world.payments._policy = lambda: policy
    world.deliver(world.command())
    return world


@pytest.mark.parametrize("kind", ["terms", "cod"])
def test_what_is_paid_later_ships_only_where_the_policy_says_so(kind: str) -> None:
    assert not _holds(_with(Policy(), kind))
    world = _with(Policy(ship_unpaid=()), kind)
    assert _holds(world) == {"unpaid-1": ("release", "ship")} and "order.confirmed" in world.told


# ── another attempt ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_declined_payment_is_tried_again_with_another_means_and_the_order_goes_on() -> None:
    with life({("TEA", "columbus"): 5, ("CUP", "columbus"): 5}) as the:
        order_id = the.place(an_order(token=DECLINED))
        the.settle()
        assert the.order(order_id)["status"] == "on_hold"
        assert _retried(the, order_id, "tok_good") == "confirming"
        the.settle()
        assert the.gateway.authorised(order_id) == 1 and the.order(order_id)["status"] != "on_hold"
        with pytest.raises(IllegalTransition):
            _retried(the, order_id, "")


def _retried(the: Life, order_id: str, token: str) -> str:
    book = OrdersTable()
    by_hand = ByHand(book, Payments(book, {}, utc_now), lambda message: None, utc_now)
    return by_hand.retry(order_id, 1, token, "key", "support:ann")
