"""Every adapter is held to the same rules; adapters that are broken on purpose must fail them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.channels.benches import BENCHES, BIGCOMMERCE, EBAY, SECRET, SHOPIFY, WOOCOMMERCE
from tests.channels.conformance import RULES, On, on, rules_of
from waybill.channels import registry
from waybill.channels.model.signature import signed
from waybill.channels.model.standing import Standing
from waybill.channels.ports import Adapter, Hook, Signed
from waybill.kernel.ids import order_id

CASES = [pytest.param(bench, rule, id=f"{bench.kind}-{rule}", marks=pytest.mark.xdist_group(f"bench {bench.kind}")) for bench in BENCHES for rule in rules_of(bench)]


@pytest.fixture(scope="module")
def worlds() -> Iterator[dict[str, Any]]:
    opened: dict[str, Any] = {}
    yield opened
    for context, _ in opened.values():
        context.__exit__(None, None, None)


def at(worlds: dict[str, Any], bench: Any) -> On:
    """One world a kind: the orders of each rule have numbers of their own."""
    if bench.kind not in worlds:
        for kind in list(worlds):
            worlds.pop(kind)[0].__exit__(None, None, None)
        context = on(bench)
        worlds[bench.kind] = (context, context.__enter__())
    found: On = worlds[bench.kind][1]
    return found


def test_every_kind_but_our_own_has_a_bench():
    assert {bench.kind for bench in BENCHES} == set(registry.KINDS) - {"own"}


@pytest.mark.parametrize(("bench", "rule"), CASES)
def test_an_adapter_holds_the_rule(worlds, bench, rule):
    RULES[rule](at(worlds, bench))


# ── broken on purpose ──


def _real(kind: str) -> Adapter:
    return registry.adapter(kind)


def _hook(kind: str, **other: Any) -> Adapter:
    real = _real(kind)
    assert real.hook is not None
    return replace(real, hook=replace(real.hook, **other))


def believes_anybody() -> Adapter:
    return _hook("shopify", verified=lambda call: True)


def signs_what_it_understood() -> Adapter:
    def verified(call: Signed) -> bool:
        return call.headers.get("x-shopify-hmac-sha256") in (signed(call.raw, SECRET), signed(json.dumps(json.loads(call.raw)).encode(), SECRET))

    return _hook("shopify", verified=verified)


def numbers_orders_anew() -> Adapter:
    real = _real("woocommerce")
    count = iter(range(10_000))

    def normalise(channel: str, document: Any, received_at: str) -> Any:
        made = real.normalise(channel, document, received_at)
        return replace(made, order=replace(made.order, id=order_id(channel, f"{made.order.external_reference}-{next(count)}")))

    return replace(real, normalise=normalise)


def makes_the_sums_right() -> Adapter:
    real = _real("ebay")
    def normalise(channel: str, document: Any, received_at: str) -> Any:
        made = real.normalise(channel, document, received_at)
        return replace(made, order=replace(made.order, total=made.order.computed_total))

    return replace(real, normalise=normalise)


def falls_over_what_it_does_not_know() -> Adapter:
    real = _real("shopify")
    def normalise(channel: str, document: Any, received_at: str) -> Any:
        if not isinstance(document.get("line_items"), list):
            raise KeyError("line_items")
        return real.normalise(channel, document, received_at)

    return replace(real, normalise=normalise)


def hears_no_cancellation() -> Adapter:
    real = _real("bigcommerce")
    def normalise(channel: str, document: Any, received_at: str) -> Any:
        return replace(real.normalise(channel, document, received_at), standing=Standing())

    return replace(real, normalise=normalise)


BROKEN = [
    (SHOPIFY, believes_anybody, "what_nobody_signed_is_refused_and_not_kept"),
    (SHOPIFY, signs_what_it_understood, "the_signature_is_over_the_bytes"),
    (WOOCOMMERCE, numbers_orders_anew, "told_three_times_it_is_one_order"),
    (EBAY, makes_the_sums_right, "sums_that_are_off_hold_the_order_with_the_difference"),
    (SHOPIFY, falls_over_what_it_does_not_know, "what_cannot_be_read_is_parked_with_a_reason_and_lost_by_nobody"),
    (BIGCOMMERCE, hears_no_cancellation, "a_cancellation_is_heard"),
]


@pytest.mark.parametrize(("bench", "broken", "rule"), BROKEN, ids=[broken.__name__ for _, broken, _ in BROKEN])
def test_a_broken_adapter_is_found_out(worlds, bench, broken, rule):
    while worlds:
        worlds.popitem()[1][0].__exit__(None, None, None)
    adapter = broken()
    with on(bench, adapter) as world, pytest.raises(AssertionError):
        RULES[rule](world)


def test_a_hook_is_what_a_webhook_needs():
    assert {kind for kind in registry.KINDS if isinstance(registry.adapter(kind).hook, Hook)} == {"shopify", "woocommerce", "square", "bigcommerce"}
