"""Malformed input at every parser: none is left out, and one that falls over is found. `make proof` tries a million, there and at the doors."""

from __future__ import annotations

import pytest

from proof.malformed import at_parsers
from proof.parsers import parsers
from proof.spoiling import CARDS
from waybill.bootstrap import payments as payments_root
from waybill.channels import registry
from waybill.fulfilment.carriers import tracking_door
from waybill.kernel.errors import InvalidInput


def test_every_parser_is_tried() -> None:
    names = {parser.name for parser in parsers()}
    assert names >= {f"order of {kind}" for kind in registry.KINDS}
    assert names >= {f"webhook of {gateway}" for gateway in payments_root.gateway_webhooks()}
    assert names >= {f"webhook of {kind}" for kind in registry.KINDS if kind != "own" and registry.adapter(kind).hook}
    assert names >= {f"notice of {kind}" for kind in registry.KINDS if registry.adapter(kind).notices}


def test_a_sample_of_malformed_input_is_understood_or_refused_by_field() -> None:
    went = at_parsers(3000, 1)
    assert went.inputs == 3000
    assert went.broken == [], went.broken[:5]


def test_the_same_seed_tries_the_same() -> None:
    assert at_parsers(300, 5).tried == at_parsers(300, 5).tried != at_parsers(300, 6).tried


def test_a_parser_that_falls_over_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking_door, "_scan", lambda body, now: body["status"].lower())
    assert any("tracking event" in each for each in at_parsers(3000, 1).broken)


def test_a_refusal_for_a_card_number_does_not_say_it_again() -> None:
    from waybill.kernel.cards import refuse_card_numbers

    with pytest.raises(InvalidInput) as refused:
        refuse_card_numbers({CARDS[1]: 1, "lines": [{"note": CARDS[0]}]})
    assert not any(number in f"{refused.value.message} {refused.value.fields}" for number in CARDS)
    assert "lines[0].note" in refused.value.fields
