"""Where one walks, what goes into a wave, and which goods a code means: pure rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.kernel.errors import Conflict, IllegalTransition, InvalidInput
from waybill.kernel.gs1 import check_digit, valid
from waybill.picking.model import wave as waves
from waybill.picking.model.bins import checked, walk_key
from waybill.picking.model.choosing import Rule, Waiting, chosen, rule_from
from waybill.picking.model.codes import normal
from waybill.picking.model.walk import Goods, Take, way

AT = "2026-11-29T10:00:00.000Z"


def test_bins_are_walked_past_in_the_order_of_their_numbers() -> None:
    assert sorted(["A-10-1", "B-1", "A-2-1", "", "A-2-10", "a-2-2"], key=walk_key) == ["A-2-1", "a-2-2", "A-2-10", "A-10-1", "B-1", ""]


@given(st.lists(st.text(max_size=20)))
def test_any_names_can_be_put_in_order(names: list[str]) -> None:
    assert sorted(sorted(names, key=walk_key), key=walk_key) == sorted(names, key=walk_key)


@pytest.mark.parametrize("name", ["", "  ", "<b>", "A" * 33, "-A", "A\nB"])
def test_what_cannot_be_read_off_a_shelf_is_no_bin(name: str) -> None:
    with pytest.raises(InvalidInput):
        checked(name)


@given(st.integers(0, 10**11 - 1))
def test_one_article_number_is_the_same_goods_in_every_length_and_barcode(number: int) -> None:
    upc = f"{number:011d}"
    upc += check_digit(upc)
    forms = (upc, "0" + upc, "00" + upc, "0100" + upc, "]C10100" + upc + "10LOT7", "]d20100" + upc)
    assert valid(upc) and len({normal(form) for form in forms}) == 1


def test_a_sku_is_itself_whatever_the_capitals() -> None:
    assert normal(" wb-001\n") == normal("WB-001") == "WB-001"


def test_a_stop_holds_all_that_is_taken_of_a_sku_by_slot() -> None:
    takes = {"CUP": [Take(2, "fo_b-1", "1", 1, 0), Take(1, "fo_a-1", "2", 3, 1)], "TEA": [Take(1, "fo_a-1", "1", 2, 0)]}
    stops = way(takes, {"CUP": Goods("Cup", "B-2"), "TEA": Goods("Tea", "A-11")})
    assert [(stop.sku, stop.left, [take.slot for take in stop.takes]) for stop in stops] == [("TEA", 2, [1]), ("CUP", 3, [1, 2])]


def _waiting(id: str, since: str = AT, units: dict[str, int] | None = None, days: int | None = None, bins: tuple[str, ...] = (), method: str = "standard") -> Waiting:
    return Waiting(id, since, units or {"TEA": 2}, method, days, bins)


def test_a_rule_takes_those_first_that_it_says() -> None:
    those = [_waiting("a", "2026-11-29T09:00Z", days=3, bins=("C-1",)), _waiting("b", "2026-11-29T08:00Z", days=None, bins=("A-1",)), _waiting("c", "2026-11-29T10:00Z", days=-1, bins=("B-1",))]
    assert chosen(Rule(by="oldest"), those) == ["b", "a", "c"]
    assert chosen(Rule(by="due"), those) == ["c", "a", "b"]
    assert chosen(Rule(by="bins", most=2), those) == ["b", "c"]


def test_a_rule_leaves_out_what_it_does_not_want() -> None:
    those = [_waiting("one", units={"TEA": 1}), _waiting("two", units={"TEA": 1, "CUP": 1}), _waiting("fast", units={"CUP": 1}, method="express")]
    assert chosen(Rule(single=True), those) == ["fast", "one"]
    assert chosen(Rule(skus=("TEA",)), those) == ["one"]
    assert chosen(Rule(methods=("express",)), those) == ["fast"]


@pytest.mark.parametrize("raw", [{"most": 0}, {"most": True}, {"most": 51}, {"by": "luck"}, {"single": 1}, {"skus": "TEA"}, {"methods": [""]}, {"colour": "red"}])
def test_a_rule_that_cannot_be_is_refused_by_its_field(raw: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refused:
        rule_from(raw)
    assert list(refused.value.fields) == [f"rule.{next(iter(raw))}"]


def test_a_wave_is_in_one_hand_at_a_time() -> None:
    wave = waves.filled(waves.planned("wave_1", "reno", ("fo_a-1",), AT, "node:reno"), {"fo_a-1": 3})
    taken = waves.take(wave, "phone-1", "Ada", False, AT, "node:reno")
    assert waves.take(taken, "phone-1", "Ada", False, AT, "node:reno") is taken
    with pytest.raises(Conflict, match="Ada has been picking"):
        waves.take(taken, "phone-2", "Mary", False, AT, "node:reno")
    over = waves.take(taken, "phone-2", "Mary", True, AT, "node:reno")
    with pytest.raises(Conflict, match="Mary has taken this wave over"):
        waves.hold(over, "phone-1")


def test_a_wave_is_done_with_its_last_unit_and_not_taken_again() -> None:
    wave = waves.take(waves.filled(waves.planned("wave_1", "reno", ("fo_a-1",), AT, "x"), {"fo_a-1": 3}), "phone-1", "Ada", False, AT, "x")
    assert waves.counted(wave, 2, AT, "x").status == "picking"
    done = waves.counted(waves.counted(wave, 2, AT, "x"), 1, AT, "x")
    assert done.status == "done"
    with pytest.raises(IllegalTransition):
        waves.take(done, "phone-2", "Mary", True, AT, "x")
