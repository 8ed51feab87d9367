"""Mails about what a customer fetches: of no parcel of his, with the store, and that a code comes when it is ready."""

from __future__ import annotations

from dataclasses import replace

import pytest

from waybill.notifications import preview
from waybill.notifications.fetching import to_come
from waybill.notifications.letter import letter
from waybill.notifications.locales import texts
from waybill.notifications.model import KINDS
from waybill.orders.model import state as verbs
from waybill.orders.model.counters import Counters
from waybill.orders.store import Record

ALL, ONE = preview.ALL, ("l1",)
BEFORE = [type for type, kind in KINDS.items() if kind not in ("delivered", "return_label")]
"""Mails that come before he has it."""
WITH_A_CODE = [type for type in BEFORE if type not in ("order.cancelled", "fulfilment_order.returning", "fulfilment_order.ready_for_pickup", "fulfilment_order.pickup_reminder")]
PARCEL = {"en_US": ("your parcel", "Shipping to", "on its way to you", "nothing will be sent", "what we send"), "de_DE": ("Ihr Paket", "Lieferung an", "kommt bald zu Ihnen", "nichts verschickt", "was wir verschicken")}


def said(type: str, locale: str = "en_US", fetched: tuple[str, ...] = ALL, known: Record | None = None) -> tuple[str, str]:
    mail = preview.mail(type, locale=locale, fetched=fetched, known=known)
    return mail.subject + mail.text, mail.html.replace("&amp;", "&")


@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
@pytest.mark.parametrize("type", BEFORE)
def test_nothing_is_said_of_a_parcel_of_the_customers(type: str, locale: str) -> None:
    for shown in said(type, locale):
        assert not [words for words in PARCEL[locale] if words in shown]


@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
@pytest.mark.parametrize("type", BEFORE)
def test_the_store_is_named_and_where_it_is_and_when_it_is_open(type: str, locale: str) -> None:
    for shown in said(type, locale):
        assert preview.STORE.name in shown
        assert type == "order.cancelled" or all(line in shown for line in (*preview.STORE.address, preview.STORE.opening))


@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
@pytest.mark.parametrize("type", WITH_A_CODE)
def test_a_code_comes_when_it_is_ready(type: str, locale: str) -> None:
    for shown in said(type, locale):
        assert texts(locale)["code_comes"] in shown


def test_who_fetches_one_part_is_told_which_and_where_the_other_goes() -> None:
    for shown in said("order.confirmed", fetched=ONE):
        assert shown.count("You fetch it at the store") == 1
        assert "by parcel" in shown and "Shipping to" in shown and "77 Massachusetts Avenue" in shown and "2 High Street" in shown
    assert "You fetch it at the store" not in said("order.confirmed", fetched=ALL)[0] + said("order.confirmed", fetched=())[0]


def test_a_parcel_to_the_customer_is_his_parcel_though_he_fetches_the_rest() -> None:
    shown = said("fulfilment_order.shipped", fetched=ONE)[0]
    assert "Your parcel is on its way" in shown and f"you fetch at {preview.STORE.name}" in shown and texts("en")["code_comes"] in shown


def test_what_is_fetched_is_not_said_to_follow_in_another_parcel() -> None:
    known = preview.record(fetched=ONE)
    left = {line: replace(units, unrouted=0, backordered=0, shipped=units.ordered) for line, units in known.state.lines.items()}
    known = replace(known, state=replace(known.state, lines={**left, "l1": known.state.lines["l1"]}))
    assert to_come(known) == (2, 0)
    assert "another parcel" not in said("fulfilment_order.shipped", known=known)[0]


@pytest.mark.parametrize(("lines", "sends"), [({"l1": 2}, False), ({"l3": 3}, True)])
def test_what_waits_for_stock_is_sent_or_fetched_as_it_was_ordered(lines: dict[str, int], sends: bool) -> None:
    event = preview.event("order.backordered")
    about = letter(replace(event, data={"lines": lines}), preview.record(fetched=ONE), preview.BRAND, lambda id: (id, ""), lambda _: preview.STORE)
    assert (about.way, about.store is None) == (("", True) if sends else ("pickup", False))


def test_a_code_that_he_has_is_not_promised_again() -> None:
    known = preview.record(fetched=ALL, waits=True)
    lines = {line: Counters(delivered=units.ordered) for line, units in known.state.lines.items()}
    waiting = replace(known, state=replace(known.state, lines={**lines, "l1": Counters(released=2), "l2": Counters(released=1)}))
    shown = said("order.lines_cancelled", known=waiting)[0]
    assert texts("en")["waits_there"] in shown and texts("en")["code_comes"] not in shown


def test_who_has_everything_else_is_not_told_that_it_is_to_come() -> None:
    known = preview.record(fetched=ALL)
    lines = {"l1": Counters(delivered=2), "l2": Counters(delivered=1), "l3": Counters(cancelled=3)}
    over = replace(known, state=verbs.noted(replace(known.state, lines=lines, completed=True), "order.completed", preview.AT, "test", {}))
    shown = said("order.lines_cancelled", known=over)[0]
    assert "you have" in shown and "as planned" not in shown and texts("en")["code_comes"] not in shown


def test_a_store_that_is_no_more_is_named_as_the_address_has_it() -> None:
    told = letter(preview.event("order.confirmed"), preview.record(fetched=ALL), preview.BRAND, lambda id: (id, ""))
    assert told.store is not None and told.store.name == preview.STORE.name and "2 High Street" in told.store.address
