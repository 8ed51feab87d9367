"""A crash at every call on every passage that an order's money can take: each is made once, and what we say is what the gateway knows.

`make test` tries a third of the crashes that leave a world of their own, `make sweep` all of them. A renewal's are in
`test_authorisations_live`, a capture's and a refund's every one in `test_captures_in_parts` and `test_refunds`.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from tests.flow.life import Life
from tests.flow.lived import life
from tests.payments.passages import IN_PARTS, PASSAGES, STOCK, Passage
from tests.support.faults import EveryCrash
from waybill.aws import gate

_BOOKED = ("payment.captured", "payment.recorded", "payment.refunded", "payment.disputed", "payment.refund_returned", "refund.granted", "refund.withdrawn")


_SOME = 3


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", PASSAGES)
def test_no_crash_on_a_passage_of_money_loses_or_doubles_a_cent(name: str) -> None:
    _survives(PASSAGES[name], _SOME, list(PASSAGES).index(name))


@pytest.mark.sweep
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", PASSAGES)
def test_no_crash_at_any_call_on_a_passage_of_money_loses_or_doubles_a_cent(name: str) -> None:
    _survives(PASSAGES[name])


def _survives(passage: Passage, every: int = 1, offset: int = 0) -> None:
    with life(STOCK) as the:
        the.gateway.allows = IN_PARTS
        order_id = passage.before(the)
        crashes = EveryCrash(lambda number: number % every == offset % every, lambda: the.world.invocations)
        with gate.watching(crashes):
            crashes.told(lambda: passage.goes(the, order_id))
        crashes.finish(lambda: _judge(the, order_id, passage))
        _judge(the, order_id, passage)
    assert crashes.points
    assert not crashes.failures, f"{len(crashes.failures)} of {len(crashes.points)} crashes:\n" + "\n\n".join(crashes.failures)


def _judge(the: Life, order_id: str, passage: Passage) -> None:
    assert the.world.settle() == 0 and the.world.dead_letters() == {}
    tenders = the.call("GET", f"/v1/orders/{order_id}/payments").json()["tenders"]
    names = ("authorised", "charged", "refunded")
    assert {tender["kind"]: tuple(tender["balances"][name] for name in names) for tender in tenders} == passage.left
    pending = [name for tender in tenders for name, amount in tender["balances"].items() if name.endswith("_pending") and Decimal(amount)]
    assert not pending, "asked for, and never answered"
    told = Counter(entry["type"] for entry in the.call("GET", f"/v1/orders/{order_id}/timeline").json()["items"])
    assert {type: told[type] for type in passage.told} == passage.told
    _agrees_with_the_gateway(the, order_id, passage)
    _books(the, order_id, told)


def _agrees_with_the_gateway(the: Life, order_id: str, passage: Passage) -> None:
    authorised, charged, refunded = (Decimal(amount) for amount in passage.left.get("card", ("0", "0", "0")))
    payments = the.gateway.of(order_id)
    open_ = sum(payment.demand.amount - payment.captured for payment in payments if payment.status == "authorised")
    disputed = sum(dispute.amount for payment in payments for dispute in payment.disputes)
    returned = sum(made.amount for payment in payments for _, made in payment.refunds if made.status == "succeeded")
    captured = sum(payment.captured for payment in payments)
    past = 100 * Decimal(passage.as_credit)
    assert (open_, captured - returned - disputed - past, returned + past) == (100 * authorised, 100 * charged, 100 * refunded)


def _books(the: Life, order_id: str, told: Counter[str]) -> None:
    entries = the.call("GET", f"/v1/journal?order={order_id}").json()["items"]
    booked = Counter(entry["event"] for entry in entries)
    assert {type: booked[type] for type in _BOOKED} == {type: told[type] for type in _BOOKED}
    assert all(sum(Decimal(leg["amount"]) for leg in entry["postings"]) == 0 for entry in entries)
