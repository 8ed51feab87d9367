"""Every adapter that tells stock is held to the same rules; those that are broken on purpose must fail them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.channels.shelves import SHELVES, CommercetoolsShelf, MagentoShelf, SquareShelf
from tests.channels.telling_rules import RULES, telling
from waybill.channels import registry
from waybill.channels.model.levels import Heard, Levels
from waybill.kernel.errors import Unavailable


def test_every_kind_of_channel_is_told_and_has_a_vendor_to_be_told_to():
    kinds = {kind for kind in registry.KINDS if registry.adapter(kind).stock is not None}
    assert kinds == set(registry.KINDS) and set(SHELVES) == (kinds - {"own"}) | {"api"}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kind", SHELVES)
def test_an_adapter_holds_the_rule(kind, rule):
    with telling(kind) as at:
        RULES[rule](at)


# ── what is one vendor's own ──


def test_a_count_that_comes_late_changes_nothing_at_square():
    with telling("square") as at:
        at.tell({"TEA": 4}, 2)
        at.tell({"TEA": 9}, 1)
        assert isinstance(at.shelf, SquareShelf) and at.shelf.shows == {"TEA": 4}


def test_a_call_that_was_made_long_ago_is_not_made_again_at_shopify():
    with telling("shopify") as at:
        at.tell({"TEA": 9}, 1)
        at.tell({"TEA": 4}, 2)
        at.tell({"TEA": 9}, 1)
        assert at.shelf.shows == {"TEA": 4}


def test_an_item_that_shopify_has_no_more_is_looked_up_anew():
    with telling("shopify") as at:
        called = dict(at.tell({"TEA": 9, "CUP": 1}, 1).called)
        del at.shelf.has["TEA"]
        heard = at.tell({"TEA": 8, "CUP": 2}, 2, called)
        assert set(heard.unknown) == {"TEA"} and heard.called["TEA"] == "" and at.shelf.shows["CUP"] == 2


@pytest.mark.parametrize("rivals", [1, 3])
def test_whoever_is_faster_at_commercetools_is_read_and_overwritten(rivals):
    with telling("commercetools") as at:
        at.tell({"TEA": 9}, 1)
        assert isinstance(at.shelf, CommercetoolsShelf)
        at.shelf.rivals = rivals
        at.tell({"TEA": 4}, 2)
        assert at.shelf.shows == {"TEA": 4}


def test_whoever_changes_it_all_the_time_is_asked_again_later():
    with telling("commercetools") as at:
        at.tell({"TEA": 9}, 1)
        at.shelf.rivals = 99
        with pytest.raises(Unavailable):
            at.tell({"TEA": 4}, 2)


def test_what_commercetools_has_reserved_is_not_taken_off_twice():
    with telling("commercetools") as at:
        at.tell({"TEA": 9}, 1)
        at.shelf.sold = {"TEA": 2}
        at.tell({"TEA": 6}, 2)
        assert at.shelf.shows == {"TEA": 6}


def test_what_magento_has_reserved_is_not_taken_off_twice():
    with telling("magento", lambda remote: replace(remote, stock_id="1")) as at:
        at.tell({"TEA": 9}, 1)
        assert isinstance(at.shelf, MagentoShelf)
        at.shelf.sold, at.shelf.shows["TEA"] = {"TEA": 2}, 7
        at.tell({"TEA": 7}, 2)
        assert at.shelf.shows == {"TEA": 7}


# ── broken on purpose ──


@dataclass
class Broken:
    """Passes everything on; who is broken changes one thing."""

    real: Any
    before: dict[str, int] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


class AddsWhatItIsTold(Broken):
    def stock(self, levels: Levels) -> Heard:
        self.before = {sku: self.before.get(sku, 0) + units for sku, units in levels.units.items()}
        return self.real.stock(replace(levels, id=f"{levels.id}-{self.before}", units=self.before))


class TellsTheOneBeforeToo(Broken):
    def stock(self, levels: Levels) -> Heard:
        heard = self.real.stock(levels)
        if self.before:
            self.real.stock(replace(levels, units=self.before))
        self.before = dict(levels.units)
        return heard


class DoesNotWait(Broken):
    def stock(self, levels: Levels) -> Heard:
        try:
            return self.real.stock(levels)
        except Unavailable:
            return Heard()


class GivesUpOnAllForOne(Broken):
    def stock(self, levels: Levels) -> Heard:
        return Heard(unknown=dict.fromkeys(levels.units, "no")) if "POT" in levels.units else self.real.stock(levels)


class SaysAllWasTaken(Broken):
    def stock(self, levels: Levels) -> Heard:
        return replace(self.real.stock(levels), untold=())


BROKEN: list[tuple[Callable[[Any], Any], str]] = [
    (AddsWhatItIsTold, "told_twice_it_is_there_once"),
    (TellsTheOneBeforeToo, "an_older_number_never_comes_after_a_newer"),
    (DoesNotWait, "what_is_asked_to_wait_says_how_long_and_tells_it_later"),
    (GivesUpOnAllForOne, "what_the_channel_does_not_have_keeps_nobody_else_from_being_told"),
    (SaysAllWasTaken, "one_that_has_had_enough_in_the_middle_keeps_what_it_has_taken"),
]


@pytest.mark.parametrize(("broken", "rule"), BROKEN, ids=[broken.__name__ for broken, _ in BROKEN])
def test_a_broken_adapter_is_found_out(broken, rule):
    with telling("ebay", broken) as at, pytest.raises((AssertionError, pytest.fail.Exception)):
        RULES[rule](at)
