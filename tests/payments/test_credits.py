"""Gift cards and store credit: never negative, never twice, every cent computed from entries."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.payments.credit_memory import MemoryCredits
from tests.payments.gateway_conformance import RULES, Bench
from tests.support.cloud import cloud
from waybill.kernel.errors import IllegalTransition, InvalidInput, KeyReused, NotFound, PaymentDeclined
from waybill.kernel.ids import credit_id, credit_token
from waybill.payments import ports
from waybill.payments.ledger.credits import CODE_BYTES, Credits, Once, code_of
from waybill.payments.ledger.gateway import Ledger
from waybill.payments.ledger.table import CreditTable
from waybill.payments.model.credit import MOST_ENTRIES, Credit, CreditEntry
from waybill.payments.ports import Demand, GatewayRefused

AT = "2026-11-23T03:00:00.000Z"


def clock() -> datetime:
    return datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture
def table() -> Iterator[CreditTable]:
    with cloud():
        yield CreditTable()


@pytest.fixture(params=["memory", "table"])
def book(request: pytest.FixtureRequest) -> Any:
    return MemoryCredits() if request.param == "memory" else request.getfixturevalue("table")


def _credits(book: Any) -> Credits:
    return Credits(book, clock, os.urandom)


def test_issuing_twice_under_one_key_is_one_credit_with_one_code(book: Any) -> None:
    credits = _credits(book)
    first = credits.issue("gift_card", 5000, "EUR", "k1", "key-1", "christmas")
    assert credits.issue("gift_card", 5000, "EUR", "k1", "key-1", "christmas") == first
    assert credits.balance(first.code).balance == 5000
    assert credits.issue("gift_card", 5000, "EUR", "k1", "key-2", "christmas").code != first.code
    with pytest.raises(KeyReused):
        credits.issue("gift_card", 6000, "EUR", "k1", "key-1", "christmas")


def test_an_issue_that_died_halfway_gives_the_code_it_would_have_given(book: Any) -> None:
    class Dies(Exception):
        pass

    class Halfway(type(book)):  # type: ignore[misc]
        def open(self, credit: Credit) -> Credit:
            raise Dies

    dying = Halfway()
    if isinstance(book, MemoryCredits):
        dying.claims = book.claims
    with pytest.raises(Dies):
        _credits(dying).issue("store_credit", 700, "USD", "k", "key-1")
    issued = _credits(book).issue("store_credit", 700, "USD", "k", "key-1")
    assert _credits(book).balance(issued.code).balance == 700
    assert issued == _credits(book).issue("store_credit", 700, "USD", "k", "key-1")


def test_an_adjustment_is_made_once_and_never_below_nothing(book: Any) -> None:
    credits = _credits(book)
    code = credits.issue("store_credit", 700, "USD", "k", "key-1").code
    for _ in range(2):
        assert credits.adjust(code, -200, "USD", Once("a1", "1"), "key-1", "mistake").balance == 500
    assert credits.adjust(code, 50, "USD", Once("a2", "2"), "key-1", "sorry").balance == 550
    with pytest.raises(IllegalTransition):
        credits.adjust(code, -551, "USD", Once("a3", "3"), "key-1", "too much")
    with pytest.raises(InvalidInput):
        credits.adjust(code, 1, "EUR", Once("a4", "4"), "key-1", "another currency")
    assert credits.balance(code).balance == 550


def test_a_key_is_one_adjustment_of_one_credit_and_one_that_was_refused_leaves_it_free(book: Any) -> None:
    credits = _credits(book)
    code, other = (credits.issue("store_credit", 700, "USD", key, "key-1").code for key in ("k1", "k2"))
    with pytest.raises(IllegalTransition):
        credits.adjust(code, -701, "USD", Once("a", "too much"), "key-1", "mistake")
    assert credits.adjust(code, -200, "USD", Once("a", "mine"), "key-1", "mistake").balance == 500
    for of, amount, content in ((other, -200, "another's"), (code, -200, "for another reason"), (code, -201, "more"), ("NOBODYHASTHIS", -200, "nobody's")):
        with pytest.raises(KeyReused):
            credits.adjust(of, amount, "USD", Once("a", content), "key-1", "mistake")
    assert [credits.balance(each).balance for each in (code, other)] == [500, 700]


@pytest.mark.parametrize(
    ("kind", "amount", "currency", "until"),
    [
        ("voucher", 1, "USD", ""),
        ("gift_card", 0, "USD", ""),
        ("gift_card", -1, "USD", ""),
        ("gift_card", 1, "ZZZ", ""),
        ("gift_card", 1, "USD", "soon"),
    ],
)
def test_what_makes_no_sense_is_not_issued(kind: str, amount: int, currency: str, until: str) -> None:
    book = MemoryCredits()
    with pytest.raises(InvalidInput):
        _credits(book).issue(kind, amount, currency, "k", "key-1", valid_until=until)
    assert book.kept == {} and book.claims == {}


def test_a_code_is_found_however_it_is_typed_and_is_not_kept_by_itself(book: Any) -> None:
    credits = _credits(book)
    code = credits.issue("gift_card", 100, "USD", "k", "key-1").code
    assert len(code) == 16 and code == code_of(base64.b32decode(code)) and CODE_BYTES == 10
    assert credits.balance(f"{code[:4]}-{code[4:8]} {code[8:]}".lower()).balance == 100
    assert code not in credit_id(code)
    with pytest.raises(NotFound):
        credits.balance("AAAA-BBBB-CCCC-DDDD")


def test_another_currency_or_a_card_that_ended_pays_nothing() -> None:
    book = MemoryCredits()
    credits, ledger = _credits(book), Ledger(book, clock)
    code = credits.issue("gift_card", 100, "EUR", "k", "key-1").code
    with pytest.raises(PaymentDeclined):
        ledger.prepare(Demand("ord_1", 1, credit_token(code), 100, "USD"), "ord_1/1/authorise/1/prepare")
    ended = credits.issue("gift_card", 100, "EUR", "k2", "key-1", valid_until="2026-11-23T03:00:00.000Z").code
    reference = ledger.prepare(Demand("ord_1", 1, credit_token(ended), 100, "EUR"), "ord_1/1/authorise/1/prepare")
    assert ledger.authorise(reference, "ord_1/1/authorise/1") == ports.Standing(ports.DECLINED, 0, "expired")
    with pytest.raises(GatewayRefused):
        ledger.capture(reference, 100, "USD", "ord_1/1/capture/1")


def test_a_full_account_takes_no_new_payment() -> None:
    book = MemoryCredits()
    code = _credits(book).issue("store_credit", 100, "USD", "k", "key-1").code
    entries = tuple(CreditEntry("adjusted", 1, AT, f"a{number}") for number in range(MOST_ENTRIES))
    book.change(credit_id(code), lambda credit: Credit(credit.id, credit.kind, credit.currency, entries))
    with pytest.raises(PaymentDeclined):
        Ledger(book, clock).prepare(Demand("ord_1", 1, credit_token(code), 1, "USD"), "k/prepare")


def _stepped(credit: Credit, verb: str, reference: str, amount: int, key: str) -> Credit:
    if verb in ("capture", "part"):
        return credit.capture(reference, amount, AT, key, final=verb == "capture")
    if verb == "adjust":
        return credit.adjusted(amount - 450, AT, key, "me", "why")
    if verb == "release":
        return credit.release(reference, AT, key)
    return credit.hold(reference, amount, AT, key) if verb == "hold" else credit.give_back(reference, amount, AT, key)


STEPS = st.lists(
    st.tuples(st.sampled_from(["hold", "capture", "part", "release", "back", "adjust"]), st.integers(0, 3), st.integers(1, 900)), max_size=40
)


@given(STEPS)
def test_whatever_is_asked_the_balance_is_never_negative_and_every_cent_is_somewhere(steps: list[tuple[str, int, int]]) -> None:
    credit = Credit("c", "gift_card", "USD").issued(1000, AT, "i", "me")
    for number, (verb, payment, amount) in enumerate(steps):
        try:
            after = _stepped(credit, verb, f"p{payment}", amount, f"k{number}")
        except IllegalTransition:
            continue
        assert after.entries[: len(credit.entries)] == credit.entries
        credit = after
        payments = [credit.payment(f"p{each}") for each in range(4)]
        put_in = sum(entry.amount for entry in credit.entries if entry.type in ("issued", "adjusted"))
        assert credit.balance >= 0 and all(0 <= each.returned <= each.captured and each.open >= 0 for each in payments)
        assert credit.balance + credit.held + sum(each.captured - each.returned for each in payments) == put_in


class Both(MemoryCredits):
    """The table, and its truth as it was last read."""

    def __init__(self, table: CreditTable) -> None:
        super().__init__()
        self.table = table

    def change(self, id: str, how: Any) -> Credit:
        self.kept[id] = self.table.change(id, how)
        return self.kept[id]

    def read(self, id: str) -> Credit:
        return self.table.read(id)

    def open(self, credit: Credit) -> Credit:
        return self.table.open(credit)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("kept", ["memory", "table"])
def test_the_ledger_keeps_the_rule(rule: Any, kept: str, request: pytest.FixtureRequest) -> None:
    book = MemoryCredits() if kept == "memory" else Both(request.getfixturevalue("table"))
    credits = _credits(book)
    numbers = iter(range(1000))

    def token(means: str, amount: int) -> str:
        if means == "nobody":
            return means
        return credit_token(credits.issue("gift_card", amount - (means == "poor"), "USD", f"k{next(numbers)}", "key-1").code)

    rule(Bench(Ledger(book, clock), book, "rich", "poor", "nobody", "", Ledger(MemoryCredits(down=True), clock), "cr_nobody_1_x", token=token))
