"""What any gateway adapter must do. A bench brings the adapter, tokens that behave, and the truth at the gateway itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from waybill.kernel.errors import PaymentDeclined, Unavailable
from waybill.payments import ports
from waybill.payments.ports import Demand, Gateway, GatewayRefused

_numbers = itertools.count(1)


class Truth(Protocol):
    """What really lies at the gateway for an order, not by way of the adapter."""

    def authorised(self, order_id: str) -> int: ...
    def captures(self, order_id: str) -> list[int]: ...
    def refunds(self, order_id: str) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Bench:
    gateway: Gateway
    truth: Truth
    good: str
    declining: str
    unknown: str
    challenging: str
    unreachable: Gateway
    stranger: str
    forget_keys: Callable[[], None] = lambda: None

    def demand(self, token: str = "", amount: int = 2599, order: str = "") -> Demand:
        return Demand(order or f"ord_c{next(_numbers)}", 1, token or self.good, amount, "USD")

    def authorised(self, demand: Demand) -> str:
        reference = self.gateway.prepare(demand, f"{demand.order_id}/prepare")
        assert self.gateway.authorise(reference, f"{demand.order_id}/authorise").status == ports.AUTHORISED
        return reference

    def captured(self, demand: Demand) -> str:
        reference = self.authorised(demand)
        self.gateway.capture(reference, demand.amount, "USD", f"{demand.order_id}/capture")
        return reference


def preparing_moves_no_money(bench: Bench) -> None:
    demand = bench.demand()
    reference = bench.gateway.prepare(demand, f"{demand.order_id}/prepare")
    assert bench.gateway.look_up(reference).status == ports.PREPARED
    assert bench.truth.authorised(demand.order_id) == 0


def authorising_holds_exactly_what_was_asked(bench: Bench) -> None:
    demand = bench.demand(amount=1234)
    reference = bench.authorised(demand)
    assert bench.gateway.look_up(reference) == ports.Standing(ports.AUTHORISED, 1234)
    assert bench.truth.authorised(demand.order_id) == 1 and bench.truth.captures(demand.order_id) == []


def authorising_twice_is_authorising_once(bench: Bench) -> None:
    demand = bench.demand()
    reference = bench.authorised(demand)
    assert bench.gateway.authorise(reference, f"{demand.order_id}/authorise").status == ports.AUTHORISED
    bench.forget_keys()
    assert bench.gateway.authorise(reference, f"{demand.order_id}/authorise").status == ports.AUTHORISED
    assert bench.truth.authorised(demand.order_id) == 1


def a_decline_is_an_answer_with_its_reason_and_stays_one(bench: Bench) -> None:
    demand = bench.demand(bench.declining)
    reference = bench.gateway.prepare(demand, f"{demand.order_id}/prepare")
    standing = bench.gateway.authorise(reference, f"{demand.order_id}/authorise")
    assert standing.status == ports.DECLINED and standing.reason
    bench.forget_keys()
    assert bench.gateway.authorise(reference, f"{demand.order_id}/authorise").status == ports.DECLINED
    assert bench.gateway.look_up(reference).status == ports.DECLINED
    assert bench.truth.authorised(demand.order_id) == 0


def a_token_that_nobody_knows_is_declined(bench: Bench) -> None:
    demand = bench.demand(bench.unknown)
    try:
        bench.gateway.prepare(demand, f"{demand.order_id}/prepare")
    except PaymentDeclined:
        return
    raise AssertionError("an unknown token was taken")


def a_challenge_is_neither_money_nor_a_decline_and_can_be_voided(bench: Bench) -> None:
    demand = bench.demand(bench.challenging)
    reference = bench.gateway.prepare(demand, f"{demand.order_id}/prepare")
    assert bench.gateway.authorise(reference, f"{demand.order_id}/authorise").status == ports.ACTION_REQUIRED
    assert bench.gateway.void(reference, f"{demand.order_id}/void").status == ports.VOIDED
    assert bench.truth.authorised(demand.order_id) == 0


def capturing_takes_what_was_asked_once(bench: Bench) -> None:
    demand = bench.demand(amount=5000)
    reference = bench.captured(demand)
    bench.forget_keys()
    assert bench.gateway.capture(reference, 5000, "USD", f"{demand.order_id}/capture") == ports.Standing(ports.CAPTURED, 5000)
    assert bench.gateway.look_up(reference) == ports.Standing(ports.CAPTURED, 5000)
    assert bench.truth.captures(demand.order_id) == [5000]


def a_partial_capture_takes_the_part(bench: Bench) -> None:
    demand = bench.demand(amount=5000)
    reference = bench.authorised(demand)
    assert bench.gateway.capture(reference, 3000, "USD", f"{demand.order_id}/capture") == ports.Standing(ports.CAPTURED, 3000)
    assert bench.gateway.look_up(reference) == ports.Standing(ports.CAPTURED, 3000)
    assert bench.truth.captures(demand.order_id) == [3000]


def voiding_releases_and_may_be_asked_again(bench: Bench) -> None:
    demand = bench.demand()
    reference = bench.authorised(demand)
    assert bench.gateway.void(reference, f"{demand.order_id}/void").status == ports.VOIDED
    bench.forget_keys()
    assert bench.gateway.void(reference, f"{demand.order_id}/void").status == ports.VOIDED
    assert bench.truth.authorised(demand.order_id) == 0


def what_was_voided_first_is_never_authorised(bench: Bench) -> None:
    demand = bench.demand()
    reference = bench.gateway.prepare(demand, f"{demand.order_id}/prepare")
    assert bench.gateway.void(reference, f"{demand.order_id}/void").status == ports.VOIDED
    assert bench.gateway.authorise(reference, f"{demand.order_id}/authorise").status == ports.VOIDED
    assert bench.truth.authorised(demand.order_id) == 0


def voiding_what_is_captured_says_so_and_returns_nothing(bench: Bench) -> None:
    demand = bench.demand()
    reference = bench.captured(demand)
    assert bench.gateway.void(reference, f"{demand.order_id}/void").status == ports.CAPTURED
    assert bench.truth.refunds(demand.order_id) == []


def a_refund_is_found_by_its_key_and_by_no_other(bench: Bench) -> None:
    demand = bench.demand(amount=5000)
    reference = bench.captured(demand)
    key = f"{demand.order_id}/refund/1"
    assert bench.gateway.find_refund(reference, key) is None
    made = bench.gateway.refund(reference, 1500, "USD", key)
    assert (made.status, made.amount) == ("succeeded", 1500)
    assert bench.gateway.find_refund(reference, key) == made
    assert bench.gateway.find_refund(reference, f"{demand.order_id}/refund/2") is None
    assert bench.truth.refunds(demand.order_id) == [1500]


def a_payment_that_does_not_exist_is_a_refusal(bench: Bench) -> None:
    try:
        bench.gateway.look_up(bench.stranger)
    except GatewayRefused:
        return
    raise AssertionError("an unknown payment was found")


def a_gateway_that_is_down_never_declines(bench: Bench) -> None:
    asked: list[Callable[[], object]] = [
        lambda: bench.unreachable.prepare(bench.demand(), "k/prepare"),
        lambda: bench.unreachable.authorise(bench.stranger, "k/authorise"),
        lambda: bench.unreachable.capture(bench.stranger, 1, "USD", "k/capture"),
        lambda: bench.unreachable.void(bench.stranger, "k/void"),
        lambda: bench.unreachable.refund(bench.stranger, 1, "USD", "k/refund"),
        lambda: bench.unreachable.look_up(bench.stranger),
        lambda: bench.unreachable.find_refund(bench.stranger, "k/refund"),
    ]
    for ask in asked:
        try:
            ask()
        except Unavailable:
            continue
        raise AssertionError("an unreachable gateway answered")


RULES: tuple[Callable[[Bench], None], ...] = (
    preparing_moves_no_money,
    authorising_holds_exactly_what_was_asked,
    authorising_twice_is_authorising_once,
    a_decline_is_an_answer_with_its_reason_and_stays_one,
    a_token_that_nobody_knows_is_declined,
    a_challenge_is_neither_money_nor_a_decline_and_can_be_voided,
    capturing_takes_what_was_asked_once,
    a_partial_capture_takes_the_part,
    voiding_releases_and_may_be_asked_again,
    what_was_voided_first_is_never_authorised,
    voiding_what_is_captured_says_so_and_returns_nothing,
    a_refund_is_found_by_its_key_and_by_no_other,
    a_payment_that_does_not_exist_is_a_refusal,
    a_gateway_that_is_down_never_declines,
)
