"""Verdicts over a gateway's rows and our events: pure, and the published cases of payouts."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tests.support.template import ROOT
from waybill.kernel.errors import IllegalTransition
from waybill.kernel.money import decimal_string, minor_units
from waybill.payments.model import settlement
from waybill.payments.model.cases import AGREE, Case, judged
from waybill.payments.model.events import PaymentEvent
from waybill.payments.model.settlement import Breakdown, Difference, Payout, Row
from waybill.payments.model.tender import Tender

OLD, NOW, LATER = "2026-11-01T00:00:00.000Z", "2026-11-10T00:00:00.000Z", "2026-11-12T00:00:00.000Z"
PAID = Tender("ord_1", 1, "card", "stripe", 2599, "USD", events=(
    PaymentEvent("AUTH_SUCCESS", OLD, 2599, "ord_1/1/authorise/1", "pi_1"),
    PaymentEvent("CHARGE_SUCCESS", OLD, 2599, "ord_1/1/capture/1", "pi_1"),
))  # fmt: skip
CHARGE = Row("txn_1", "charge", 2599, 105, 2494, "USD", OLD, "pi_1", source="ch_1")
REFUND = Row("txn_2", "refund", -500, 0, -500, "USD", OLD, "pi_1", "ord_1/1/refund/1", "re_1")
DISPUTE = Row("txn_3", "dispute", -2599, 1500, -4099, "USD", OLD, "pi_1", source="dp_1")


def verdicts(tender: Tender, *rows: Row) -> dict[str, Difference]:
    """What differs."""
    found = settlement.of_order([tender], rows, NOW)
    return {matter: difference for matter, difference in found.items() if difference}


def also(*events: PaymentEvent) -> Tender:
    return replace(PAID, events=(*PAID.events, *events))


# ── the published cases ──────────────────────────────────────────────────────────────────────────────────────────────


def published() -> list[dict[str, Any]]:
    file = ROOT.parent / "shared" / "cases" / "payouts.json"
    return json.loads(file.read_text())["cases"] if file.exists() else []


@pytest.mark.parametrize("case", published() or [None], ids=lambda case: case["id"] if case else "none")
def test_the_published_cases_hold(case: dict[str, Any] | None) -> None:
    if case is None:
        pytest.skip("the published cases of payouts are not here")
    currency, wanted = case["given"]["currency"], case["expect"]
    if case["when"]["action"] == "count_rows_by_type":
        rows = [_row(str(n), {"amount": raw["net"], "fee": "0.00", **raw}, currency) for n, raw in enumerate(case["given"]["rows"])]
        assert Counter(row.type for row in rows) == wanted
        assert Counter(row.kind for row in rows)["charge"] == wanted["charge"]
        return
    assert case["when"]["action"] == "check_payout_row"
    row = _row("1", case["given"]["row"], currency)
    off = settlement.of_stranger(row).get("row/1")
    flagged = off is not None and off.kind == settlement.ROW_OFF
    assert flagged is not wanted["consistent"]
    if flagged:
        assert decimal_string(row.off, currency) == wanted["difference"]
        assert row.cost == 0, "booked though it contradicts itself"


def _row(id: str, raw: dict[str, Any], currency: str) -> Row:
    kind = {"credit": "reserve", "debit": "reserve", "adjustment": "other"}.get(raw["type"], raw["type"])
    return Row(id, kind, *(minor_units(raw[name], currency) for name in ("amount", "fee", "net")), currency, OLD, type=raw["type"])


# ── one order ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_both_sides_know_alike_is_no_difference() -> None:
    refunded = also(PaymentEvent("REFUND_SUCCESS", OLD, 500, "ord_1/1/refund/1", "re_1"))
    assert verdicts(PAID, CHARGE) == {}
    assert verdicts(refunded, CHARGE, REFUND) == {}
    assert verdicts(also(PaymentEvent("CHARGEBACK", OLD, 2599, None, "dp_1")), CHARGE, DISPUTE) == {}
    assert verdicts(also(PaymentEvent("CHARGEBACK", OLD, 2599, "dp_1", "pi_1")), CHARGE, DISPUTE) == {}


def test_captures_in_parts_are_one_sum_however_the_gateway_lists_them() -> None:
    parts = replace(PAID, events=(PAID.events[0], *(PaymentEvent("CHARGE_SUCCESS", OLD, cents, f"c{cents}", "pi_1") for cents in (2000, 599))))
    assert verdicts(parts, CHARGE) == {}
    listed = (replace(CHARGE, gross=2000, fee=80, net=1920), replace(CHARGE, id="txn_9", gross=599, fee=25, net=574))
    assert verdicts(PAID, *listed) == {} and verdicts(parts, *listed) == {}


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([], {"charge/pi_1": Difference("missing_there", 2599, "USD", 2599, None)}),
        ([replace(CHARGE, gross=2500, net=2395)], {"charge/pi_1": Difference("amount_differs", 99, "USD", 2599, 2500)}),
        ([replace(CHARGE, gross=2600, net=2495)], {"charge/pi_1": Difference("amount_differs", 1, "USD", 2599, 2600)}),
        ([replace(CHARGE, currency="EUR")], {"charge/pi_1": Difference("currency_differs", 2599, "EUR", 2599, 2599)}),
        ([CHARGE, REFUND], {"refund/ord_1/1/refund/1": Difference("missing_here", 500, "USD", None, 500)}),
        ([CHARGE, replace(CHARGE, id="txn_8", payment="pi_8")], {"charge/pi_8": Difference("missing_here", 2599, "USD", None, 2599)}),
        ([CHARGE, DISPUTE], {"dispute/pi_1": Difference("dispute_unseen", 2599, "USD", None, 2599)}),
        ([CHARGE, Row("txn_7", "other", -30, 0, -30, "USD", OLD)], {"row/txn_7": Difference("fee_unknown", 30, "USD", None, -30)}),
        ([replace(CHARGE, net=2495)], {"row/txn_1": Difference("row_does_not_add_up", 1, "USD", 2494, 2495)}),
    ],
)
def test_each_kind_of_difference_names_the_money_at_stake(rows: list[Row], wanted: dict[str, Difference]) -> None:
    assert verdicts(PAID, *rows) == wanted


def test_every_kind_of_difference_can_be_found() -> None:
    payout = settlement.of_payout(Payout("po_1", "paid", 1, "USD", OLD), [CHARGE]).values()
    seen = {each.kind for each in payout if each}
    for rows in (
        [],
        [replace(CHARGE, gross=1)],
        [replace(CHARGE, currency="EUR")],
        [CHARGE, REFUND],
        [CHARGE, DISPUTE],
        [Row("7", "other", -3, 0, -3, "USD", OLD)],
    ):
        seen |= {each.kind for each in verdicts(PAID, *rows).values()}
    assert seen == set(settlement.KINDS)


def test_what_was_done_just_now_need_not_be_on_the_statement_yet() -> None:
    young = replace(PAID, events=(PaymentEvent("CHARGE_SUCCESS", LATER, 2599, "c1", "pi_1"),))
    assert settlement.of_order([young], [], NOW) == {}
    assert verdicts(young, replace(CHARGE, gross=2700, net=2595)) == {"charge/pi_1": Difference("amount_differs", 101, "USD", 2599, 2700)}


def test_a_refund_made_by_hand_at_the_gateway_is_found_again_by_its_own_name() -> None:
    by_hand = replace(REFUND, key="")
    assert verdicts(PAID, CHARGE, by_hand) == {"refund/re_1": Difference("missing_here", 500, "USD", None, 500)}
    told = also(PaymentEvent("REFUND_SUCCESS", OLD, 500, "found", "re_1"))
    after = settlement.of_order([told], [CHARGE, by_hand], NOW)
    assert after["refund/re_1"] is None and after["refund/found"] is None


def test_a_refund_that_the_bank_sent_back_is_no_refund_on_either_side() -> None:
    back = replace(REFUND, id="txn_4", gross=500, net=500)
    told = also(PaymentEvent("REFUND_SUCCESS", OLD, 500, "ord_1/1/refund/1", "re_1"), PaymentEvent("REFUND_REVERSED", OLD, 500, None, "re_1"))
    assert verdicts(told, CHARGE, REFUND, back) == {}
    unseen = also(PaymentEvent("REFUND_SUCCESS", OLD, 500, "ord_1/1/refund/1", "re_1"))
    assert verdicts(unseen, CHARGE, REFUND, back) == {"refund/ord_1/1/refund/1": Difference("amount_differs", 500, "USD", 500, 0)}


def test_a_dispute_that_was_won_leaves_nothing_at_stake() -> None:
    won = replace(DISPUTE, id="txn_5", gross=2599, fee=-1500, net=4099)
    assert verdicts(PAID, CHARGE, DISPUTE, won) == {}


# ── payouts ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_gross_less_fees_refunds_disputes_and_reserves_is_the_deposit() -> None:
    rows = [
        CHARGE, REFUND, DISPUTE, Row("f", "fee", -30, 0, -30, "USD", OLD), Row("r", "reserve", -100, 0, -100, "USD", OLD),
        Row("r2", "reserve", 40, 0, 40, "USD", OLD), Row("o", "other", 3000, 0, 3000, "USD", OLD), Row("p", "payout", -705, 0, -705, "USD", OLD),
    ]  # fmt: skip
    parts = settlement.breakdown(rows)
    assert parts == Breakdown(gross=2599, fees=105 + 1500 + 30, refunds=500, disputes=2599, reserves=60, other=3000)
    assert parts.deposit == 805 == sum(row.net for row in rows if row.kind != "payout")
    assert settlement.of_payout(Payout("po_1", "paid", 805, "USD", OLD), rows) == {"payout/po_1": None}
    off = settlement.of_payout(Payout("po_1", "paid", 705, "USD", OLD), rows)["payout/po_1"]
    assert off == Difference("payout_does_not_sum", 100, "USD", 805, 705)


def test_a_fee_of_its_own_costs_what_it_takes_and_a_charge_costs_its_fee() -> None:
    assert [row.cost for row in (CHARGE, REFUND, DISPUTE, Row("f", "fee", -30, 0, -30, "USD", OLD))] == [105, 0, 1500, 30]


# ── cases ────────────────────────────────────────────────────────────────────────────────────────────────────────────

FOUND = Difference("missing_here", 500, "USD", None, 500)
NEW = Case("stripe", "refund/re_1", "ord_1", FOUND, OLD)


def test_a_case_opens_once_follows_its_amount_and_closes_when_both_agree() -> None:
    opened = judged(None, FOUND, NEW, OLD)
    assert opened == NEW and judged(opened, FOUND, NEW, LATER) == opened
    more = replace(FOUND, amount=600, theirs=600)
    followed = judged(opened, more, NEW, LATER)
    assert followed and (followed.id, followed.opened, followed.difference) == (NEW.id, OLD, more)
    closed = judged(followed, None, None, LATER)
    assert closed and (closed.status, closed.why, closed.closed) == ("closed", AGREE, LATER)
    assert judged(closed, None, None, NOW) == closed and judged(None, None, None, NOW) is None


def test_what_a_person_closed_stays_closed_until_something_else_differs() -> None:
    closed = NEW.explained("a goodwill of the bank", "finance:eve", NOW)
    assert judged(closed, FOUND, NEW, LATER) == closed
    again = judged(closed, replace(FOUND, amount=700), NEW, LATER)
    assert again and (again.status, again.opened, again.why) == ("open", LATER, "")
    with pytest.raises(IllegalTransition):
        closed.explained("once more", "finance:eve", LATER)


def test_what_closed_by_itself_opens_again_with_the_same_difference() -> None:
    closed = judged(NEW, None, None, NOW)
    assert closed and judged(closed, FOUND, NEW, LATER) == replace(NEW, opened=LATER)
