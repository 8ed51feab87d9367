"""The job that asks the rules of every order, and the door that asks them of one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from proof.living import Dweller, living
from tests.flow.life import an_order
from waybill.proof import rounds

_DAY = 86_400


@pytest.fixture
def the() -> Iterator[Dweller]:
    with living() as the:
        yield the


def delivered(the: Dweller, number: int = 1) -> str:
    order_id = the.place(an_order(("TEA", 1), reference=f"proven-{number}"), key=f"proven-{number}")
    the.settle()
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.settle()
    return order_id


def goes_round(the: Dweller) -> dict[str, int]:
    return the.world.handler("proof")({"detail-type": "Scheduled Event"}, None)


def lose_an_entry(the: Dweller, order_id: str) -> None:
    table = the.world.cloud.dynamodb.tables["LedgerTable"]
    key = next(key for key in table.partition(f"ORDER#{order_id}").order)
    the.world.cloud.dynamodb.delete_item(TableName="LedgerTable", Key={"pk": {"S": f"ORDER#{order_id}"}, "sk": {"S": key}})


def test_of_a_whole_order_every_rule_holds(the: Dweller) -> None:
    order_id = delivered(the)
    the.world.later(2 * 3600)
    assert the.call("GET", f"/v1/proof/orders/{order_id}").json() == {"order_id": order_id, "holds": True, "broken": []}
    assert the.call("GET", "/v1/proof/orders/ord_nobody").status == 404


def test_an_entry_that_the_books_lost_is_named(the: Dweller) -> None:
    order_id = delivered(the)
    lose_an_entry(the, order_id)
    assert the.call("GET", f"/v1/proof/orders/{order_id}").json()["holds"], "an hour is left to what follows from a change"
    the.world.later(2 * 3600)
    said = the.call("GET", f"/v1/proof/orders/{order_id}").json()
    assert not said["holds"] and any(each["rule"] == "I11" and "is not in the books" in each["how"] for each in said["broken"])


def test_an_order_is_proven_the_day_after_and_after_three_seven_and_thirty_days(the: Dweller) -> None:
    delivered(the)
    proven = []
    for day in range(1, 32):
        the.world.later(_DAY)
        if goes_round(the)["proven"]:
            proven.append(day)
        assert goes_round(the) == {"proven": 0, "wrong": 0, "left": 0}, "once a day"
    assert tuple(proven) == rounds.DAYS_AFTER


def test_what_is_broken_rings_and_is_told_by_name(the: Dweller, capsys: pytest.CaptureFixture[str]) -> None:
    broken, whole = delivered(the, 1), delivered(the, 2)
    lose_an_entry(the, broken)
    the.world.later(_DAY)
    went = goes_round(the)
    assert went["proven"] == 2 and went["wrong"] >= 1
    assert f'"InvariantViolations":{went["wrong"]}' in capsys.readouterr().out
    standing = the.call("GET", "/v1/proof").json()
    assert not standing["holds"] and all(broken in line and whole not in line for line in standing["broken"])
    assert standing["last_round"]["orders"] == 2 and standing["under_way"] is None
    assert {"I1", "I30"} <= {number.split()[0] for number in standing["rules"]}


def test_a_round_that_is_cut_off_goes_on_where_it_was(the: Dweller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "_A_PAGE", 1)
    for number in range(3):
        delivered(the, number)
    the.world.later(_DAY)
    left = iter((False, False, True))

    class Context:
        @staticmethod
        def get_remaining_time_in_millis() -> int:
            return 0 if next(left) else 600_000

    first = the.world.handler("proof")({"detail-type": "Scheduled Event"}, Context())
    assert first["proven"] == 2 and first["left"]
    assert the.call("GET", "/v1/proof").json()["under_way"]["orders"] == 2
    assert goes_round(the)["proven"] == 1
    assert the.call("GET", "/v1/proof").json()["last_round"]["orders"] == 3
