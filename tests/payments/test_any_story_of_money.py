"""Whatever customer, clerk, gateway and clock do, in whatever order: the rules about money hold after every step (I6, I7, I9 to I11, I20)."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.payments.gateway_fake import FakeGateway
from tests.payments.money_stories import Story, Told
from waybill.kernel.errors import PaymentDeclined
from waybill.payments.look import Looks
from waybill.payments.model import found
from waybill.payments.model.tender import Tender
from waybill.payments.operations import Operations
from waybill.payments.records import Account
from waybill.payments.service import Payments

STORIES = int(os.environ.get("WAYBILL_STORIES", "400"))
_PARTS, _STEPS = 8, 60


@pytest.mark.parametrize("part", range(_PARTS))
def test_in_any_story_the_rules_about_money_hold_after_every_step(part: int) -> None:
    for seed in range(part, STORIES, _PARTS):
        try:
            Story(seed).tell(_STEPS)
        except Told as told:
            pytest.fail(f"story {seed}: {told}")


def _no_ceiling(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Tender, "_allow_refund", lambda self, amount: None)


def _refunds_by_the_key_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FakeGateway, "find_refund", lambda self, reference, key: None)


def _late_money_is_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Looks, "_let_go", lambda self, account, tender, name, standing: account)


def _a_cancel_returns_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Payments, "_return_everything", lambda self, account: None)


def _disputes_are_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Looks, "_disputes", lambda self, account, number, name: None)


def _what_came_back_is_not_seen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(found, "refund_failed", lambda tender, *_: tender)


def _a_decline_lets_nothing_go(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Payments, "_decline", _declined_only)


def _declined_only(self: Payments, account: Account, tender: Tender) -> None:
    self._book.save(account, tender)
    raise PaymentDeclined("declined")


def _an_answer_is_written_down_without_being_asked_for(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Operations, "taken", lambda self, tender, asked, standing: tender.succeeded(asked, asked.amount, self._now(), "x"))


def _what_was_asked_before_is_not_looked_for(patch: pytest.MonkeyPatch) -> None:
    begin = FakeGateway._begin
    patch.setattr(FakeGateway, "_begin", lambda self, demand, key, since: begin(self, demand, key, ""))


def _a_cancel_does_not_ask_for_the_name(patch: pytest.MonkeyPatch) -> None:
    name_of = Operations._name_of
    patch.setattr(Operations, "_name_of", lambda self, account, tender: None if tender.open("AUTH") else name_of(self, account, tender))


MUTANTS = [
    _what_was_asked_before_is_not_looked_for,
    _a_cancel_does_not_ask_for_the_name,
    _no_ceiling,
    _refunds_by_the_key_alone,
    _late_money_is_kept,
    _a_cancel_returns_nothing,
    _disputes_are_not_looked_at,
    _what_came_back_is_not_seen,
    _a_decline_lets_nothing_go,
    _an_answer_is_written_down_without_being_asked_for,
]


@pytest.mark.parametrize("broken", MUTANTS, ids=lambda mutant: mutant.__name__.strip("_"))
def test_stories_find_what_is_broken(broken: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch)
    with pytest.raises(Told):
        for seed in range(400):
            Story(seed).tell(_STEPS)
