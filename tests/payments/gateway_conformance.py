"""What any gateway adapter must do. A bench brings the adapter, tokens that behave, and the truth at the gateway itself.

Some gateways answer later, by webhook: the bench's `settle` lets everything arrive that is on its way.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

from waybill.kernel.clock import instant, parse_instant, utc_now
from waybill.kernel.errors import PaymentDeclined, Unavailable
from waybill.payments import ports
from waybill.payments.ports import AtOnce, Demand, Gateway, GatewayRefused, Named, Returned, Standing

_numbers = itertools.count(1)


class Truth(Protocol):
    """What really lies at the gateway for an order, not by way of the adapter."""

    def authorised(self, order_id: str) -> int: ...
    def captures(self, order_id: str) -> list[int]: ...
    def refunds(self, order_id: str) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Bench:
    """`token(good | declining | …, amount)` where each payment needs a token of its own; `challenging` empty: there is no such thing; `nameless_declines`: the
    stand-in does not say which payment it has declined."""

    gateway: Gateway
    truth: Truth
    good: str
    declining: str
    unknown: str
    challenging: str
    unreachable: Gateway
    stranger: str
    forget_keys: Callable[[], None] = lambda: None
    settle: Callable[[], None] = lambda: None
    token: Callable[[str, int], str] = lambda means, amount: means
    nameless_declines: bool = False

    def demand(self, token: str = "", amount: int = 2599, order: str = "") -> Demand:
        return Demand(order or f"ord_c{next(_numbers)}", 1, self.token(token or self.good, amount), amount, "USD")

    @property
    def named(self) -> Named | None:
        """The gateway, where its payments have a name before they move."""
        return None if self.gateway.allows.at_once else cast(Named, self.gateway)

    def prepared(self, demand: Demand) -> str:
        """Only of a `named` one."""
        return cast(Named, self.gateway).prepare(demand, f"{demand.order_id}/1/authorise/1/prepare")

    def begun(self, demand: Demand, since: str = "") -> tuple[str, Standing]:
        """Asked to authorise; `since` where it may have been asked before."""
        key = f"{demand.order_id}/1/authorise/1"
        if self.named is None:
            reference, standing = cast(AtOnce, self.gateway).begin(demand, key, since)
            return reference, self.settled(reference, standing)
        reference = self.prepared(demand)
        return reference, self.settled(reference, self.named.authorise(reference, key))

    def asked_again(self, demand: Demand, reference: str, since: str) -> tuple[str, Standing]:
        """The same once more, by one who has not heard the answer."""
        if self.named is None:
            return self.begun(demand, since)
        return reference, self.settled(reference, self.named.authorise(reference, f"{demand.order_id}/1/authorise/1"))

    def authorised(self, demand: Demand) -> str:
        reference, standing = self.begun(demand)
        assert standing.status == ports.AUTHORISED
        return reference

    def capture(self, demand: Demand, reference: str, amount: int, number: int = 1, final: bool = True) -> Standing:
        key = f"{demand.order_id}/1/capture/{number}"
        return self.settled(reference, self.gateway.capture(reference, amount, "USD", key, final))

    def captured(self, demand: Demand) -> str:
        reference = self.authorised(demand)
        assert self.capture(demand, reference, demand.amount).status == ports.CAPTURED
        return reference

    def void(self, demand: Demand, reference: str) -> Standing:
        return self.settled(reference, self.gateway.void(reference, f"{demand.order_id}/1/void/1"))

    def refund(self, demand: Demand, reference: str, amount: int, number: int = 1) -> Returned:
        key = f"{demand.order_id}/1/refund/{number}"
        made = self.gateway.refund(reference, amount, "USD", key)
        self.settle()
        return (self.gateway.find_refund(reference, key) or made) if made.status == "pending" else made

    def settled(self, reference: str, standing: Standing) -> Standing:
        if standing.status != ports.PENDING:
            return standing
        self.settle()
        return self.gateway.look_up(reference)

    def stands(self, reference: str) -> tuple[str, int, int]:
        self.settle()
        standing = self.gateway.look_up(reference)
        return standing.status, standing.amount, standing.captured


def preparing_moves_no_money(bench: Bench) -> None:
    if bench.named is None:
        return
    demand = bench.demand()
    reference = bench.prepared(demand)
    assert bench.stands(reference) == (ports.PREPARED, 0, 0)
    assert bench.truth.authorised(demand.order_id) == 0


def asking_twice_under_one_key_is_asking_once(bench: Bench) -> None:
    demand = bench.demand()
    if bench.named is not None:
        assert bench.prepared(demand) == bench.prepared(demand)
    else:
        assert bench.begun(demand)[0] == bench.begun(demand)[0]
        assert bench.truth.authorised(demand.order_id) == 1


def authorising_holds_exactly_what_was_asked(bench: Bench) -> None:
    demand = bench.demand(amount=1234)
    reference = bench.authorised(demand)
    assert bench.stands(reference) == (ports.AUTHORISED, 1234, 0)
    assert bench.truth.authorised(demand.order_id) == 1 and bench.truth.captures(demand.order_id) == []


def an_authorisation_ends_at_an_instant_or_is_not_said_to(bench: Bench) -> None:
    demand = bench.demand()
    ends = bench.gateway.look_up(bench.authorised(demand)).expires_at
    assert ends == "" or parse_instant(ends).tzinfo is not None
    assert bench.gateway.allows.hold_days >= 0


def authorising_twice_is_authorising_once(bench: Bench) -> None:
    demand = bench.demand()
    since = instant(utc_now())
    reference = bench.authorised(demand)
    for _ in range(2):
        name, standing = bench.asked_again(demand, reference, since)
        assert (name, standing.status) == (reference, ports.AUTHORISED)
        bench.forget_keys()
    assert bench.truth.authorised(demand.order_id) == 1


def asking_again_what_was_never_taken_asks_it(bench: Bench) -> None:
    demand = bench.demand()
    assert bench.begun(demand, instant(utc_now()))[1].status == ports.AUTHORISED
    assert bench.truth.authorised(demand.order_id) == 1


def asking_again_finds_the_payment_of_this_key_and_of_no_other(bench: Bench) -> None:
    since = instant(utc_now())
    first, second = bench.demand(), bench.demand()
    names = [bench.authorised(first), bench.authorised(second)]
    bench.forget_keys()
    again = [bench.asked_again(demand, name, since)[0] for demand, name in zip((first, second), names, strict=True)]
    assert again == names and bench.truth.authorised(first.order_id) == bench.truth.authorised(second.order_id) == 1


def a_decline_is_an_answer_with_its_reason_and_never_becomes_money(bench: Bench) -> None:
    demand = bench.demand(bench.declining)
    since, reference = instant(utc_now()), ""
    try:
        reference, standing = bench.begun(demand)
    except PaymentDeclined as declined:
        assert declined.message and bench.nameless_declines
    else:
        assert standing.status == ports.DECLINED and standing.reason
        assert bench.stands(reference)[0] in (ports.DECLINED, ports.PREPARED)
    bench.forget_keys()
    assert bench.asked_again(demand, reference, since)[1].status == ports.DECLINED
    assert bench.truth.authorised(demand.order_id) == 0


def a_token_that_nobody_knows_is_declined(bench: Bench) -> None:
    demand = bench.demand(bench.unknown)
    try:
        declined = bench.begun(demand)[1].status == ports.DECLINED
    except PaymentDeclined:
        return
    assert declined, "an unknown token was taken"


def a_challenge_is_neither_money_nor_a_decline_and_can_be_voided(bench: Bench) -> None:
    if not bench.challenging:
        return
    demand = bench.demand(bench.challenging)
    reference, standing = bench.begun(demand)
    assert standing.status == ports.ACTION_REQUIRED
    assert bench.void(demand, reference).status == ports.VOIDED
    assert bench.truth.authorised(demand.order_id) == 0


def capturing_takes_what_was_asked_once(bench: Bench) -> None:
    demand = bench.demand(amount=5000)
    reference = bench.captured(demand)
    bench.forget_keys()
    again = bench.capture(demand, reference, 5000)
    assert (again.status, again.amount, again.captured) == (ports.CAPTURED, 5000, 5000)
    assert bench.stands(reference) == (ports.CAPTURED, 5000, 5000)
    assert bench.truth.captures(demand.order_id) == [5000]


def a_final_capture_of_a_part_takes_the_part_and_lets_go_of_the_rest(bench: Bench) -> None:
    demand = bench.demand(amount=5000)
    reference = bench.authorised(demand)
    taken = bench.capture(demand, reference, 3000)
    assert (taken.status, taken.amount, taken.captured) == (ports.CAPTURED, 3000, 3000)
    assert bench.stands(reference) == (ports.CAPTURED, 3000, 3000)
    assert bench.truth.captures(demand.order_id) == [3000]


def captures_in_parts_add_up_to_what_was_asked(bench: Bench) -> None:
    if not bench.gateway.allows.several_captures:
        return
    demand = bench.demand(amount=5000)
    reference = bench.authorised(demand)
    for _ in range(2):
        first = bench.capture(demand, reference, 3000, 1, final=False)
        assert (first.status, first.amount, first.captured) == (ports.AUTHORISED, 2000, 3000)
    assert bench.stands(reference) == (ports.AUTHORISED, 2000, 3000)
    last = bench.capture(demand, reference, 1500, 2)
    assert (last.status, last.amount, last.captured) == (ports.CAPTURED, 4500, 4500)
    assert bench.stands(reference) == (ports.CAPTURED, 4500, 4500)
    assert bench.truth.captures(demand.order_id) == [3000, 1500]


def what_was_captured_in_part_cannot_be_voided_away(bench: Bench) -> None:
    if not bench.gateway.allows.several_captures:
        return
    demand = bench.demand(amount=5000)
    reference = bench.authorised(demand)
    bench.capture(demand, reference, 3000, 1, final=False)
    voided = bench.void(demand, reference)
    assert (voided.status, voided.captured) == (ports.CAPTURED, 3000)
    assert bench.stands(reference) == (ports.CAPTURED, 3000, 3000)
    assert bench.truth.captures(demand.order_id) == [3000] and bench.truth.refunds(demand.order_id) == []


def a_refund_reaches_over_several_captures(bench: Bench) -> None:
    if not bench.gateway.allows.several_captures:
        return
    demand = bench.demand(amount=5000)
    reference = bench.authorised(demand)
    bench.capture(demand, reference, 3000, 1, final=False)
    bench.capture(demand, reference, 2000, 2)
    made = bench.refund(demand, reference, 4500)
    assert (made.status, made.amount) == ("succeeded", 4500)
    bench.forget_keys()
    assert bench.gateway.find_refund(reference, f"{demand.order_id}/1/refund/1") == made
    assert sum(bench.truth.refunds(demand.order_id)) == 4500


def voiding_releases_and_may_be_asked_again(bench: Bench) -> None:
    demand = bench.demand()
    reference = bench.authorised(demand)
    assert bench.void(demand, reference).status == ports.VOIDED
    bench.forget_keys()
    assert bench.void(demand, reference).status == ports.VOIDED
    assert bench.stands(reference)[0] == ports.VOIDED
    assert bench.truth.authorised(demand.order_id) == 0


def what_was_voided_is_never_authorised_again(bench: Bench) -> None:
    demand = bench.demand()
    since = instant(utc_now())
    reference = bench.prepared(demand) if bench.named else bench.authorised(demand)
    assert bench.void(demand, reference).status == ports.VOIDED
    assert bench.asked_again(demand, reference, since)[1].status == ports.VOIDED
    assert bench.truth.authorised(demand.order_id) == 0


def what_was_voided_is_never_captured(bench: Bench) -> None:
    demand = bench.demand()
    reference = bench.authorised(demand)
    bench.void(demand, reference)
    try:
        assert bench.capture(demand, reference, demand.amount).status == ports.VOIDED
    except GatewayRefused:
        pass
    assert bench.truth.captures(demand.order_id) == []


def voiding_what_is_captured_says_so_and_returns_nothing(bench: Bench) -> None:
    demand = bench.demand()
    reference = bench.captured(demand)
    assert bench.void(demand, reference).status == ports.CAPTURED
    assert bench.truth.refunds(demand.order_id) == []


def a_refund_is_found_by_its_key_and_by_no_other(bench: Bench) -> None:
    demand = bench.demand(amount=5000)
    reference = bench.captured(demand)
    key = f"{demand.order_id}/1/refund/1"
    assert bench.gateway.find_refund(reference, key) is None
    made = bench.refund(demand, reference, 1500)
    assert (made.status, made.amount) == ("succeeded", 1500)
    assert bench.gateway.find_refund(reference, key) == made
    assert bench.gateway.find_refund(reference, f"{demand.order_id}/1/refund/2") is None
    assert bench.truth.refunds(demand.order_id) == [1500]


def two_refunds_are_two_and_leave_the_payment_captured(bench: Bench) -> None:
    demand = bench.demand(amount=5000)
    reference = bench.captured(demand)
    made = [bench.refund(demand, reference, amount, number) for number, amount in ((1, 1500), (2, 3500))]
    assert [(each.status, each.amount) for each in made] == [("succeeded", 1500), ("succeeded", 3500)]
    assert len({each.reference for each in made}) == 2
    assert bench.truth.refunds(demand.order_id) == [1500, 3500]
    assert bench.stands(reference) == (ports.CAPTURED, 5000, 5000)


def a_refund_beyond_the_capture_fails_and_moves_nothing(bench: Bench) -> None:
    demand = bench.demand(amount=5000)
    reference = bench.captured(demand)
    made = bench.refund(demand, reference, 5001)
    assert made.status == "failed" and made.reason
    assert bench.truth.refunds(demand.order_id) == []


def a_payment_that_does_not_exist_is_a_refusal(bench: Bench) -> None:
    try:
        bench.gateway.look_up(bench.stranger)
    except GatewayRefused:
        return
    raise AssertionError("an unknown payment was found")


def a_gateway_that_is_down_never_declines(bench: Bench) -> None:
    demand = bench.demand()
    beginning: list[Callable[[], object]] = [
        lambda: cast(Named, bench.unreachable).prepare(demand, "ord_d/1/authorise/1/prepare"),
        lambda: cast(Named, bench.unreachable).authorise(bench.stranger, "ord_d/1/authorise/1"),
    ]
    at_once: list[Callable[[], object]] = [
        lambda: cast(AtOnce, bench.unreachable).begin(demand, "ord_d/1/authorise/1"),
        lambda: cast(AtOnce, bench.unreachable).begin(demand, "ord_d/1/authorise/1", instant(utc_now())),
    ]
    asked: list[Callable[[], object]] = [
        *(beginning if bench.named else at_once),
        lambda: bench.unreachable.capture(bench.stranger, 1, "USD", "ord_d/1/capture/1"),
        lambda: bench.unreachable.void(bench.stranger, "ord_d/1/void/1"),
        lambda: bench.unreachable.refund(bench.stranger, 1, "USD", "ord_d/1/refund/1"),
        lambda: bench.unreachable.look_up(bench.stranger),
        lambda: bench.unreachable.find_refund(bench.stranger, "ord_d/1/refund/1"),
    ]
    for ask in asked:
        try:
            ask()
        except Unavailable:
            continue
        raise AssertionError("an unreachable gateway answered")


RULES: tuple[Callable[[Bench], None], ...] = (
    preparing_moves_no_money,
    asking_twice_under_one_key_is_asking_once,
    authorising_holds_exactly_what_was_asked,
    an_authorisation_ends_at_an_instant_or_is_not_said_to,
    authorising_twice_is_authorising_once,
    asking_again_what_was_never_taken_asks_it,
    asking_again_finds_the_payment_of_this_key_and_of_no_other,
    a_decline_is_an_answer_with_its_reason_and_never_becomes_money,
    a_token_that_nobody_knows_is_declined,
    a_challenge_is_neither_money_nor_a_decline_and_can_be_voided,
    capturing_takes_what_was_asked_once,
    a_final_capture_of_a_part_takes_the_part_and_lets_go_of_the_rest,
    captures_in_parts_add_up_to_what_was_asked,
    what_was_captured_in_part_cannot_be_voided_away,
    a_refund_reaches_over_several_captures,
    voiding_releases_and_may_be_asked_again,
    what_was_voided_is_never_authorised_again,
    what_was_voided_is_never_captured,
    voiding_what_is_captured_says_so_and_returns_nothing,
    a_refund_is_found_by_its_key_and_by_no_other,
    two_refunds_are_two_and_leave_the_payment_captured,
    a_refund_beyond_the_capture_fails_and_moves_nothing,
    a_payment_that_does_not_exist_is_a_refusal,
    a_gateway_that_is_down_never_declines,
)
