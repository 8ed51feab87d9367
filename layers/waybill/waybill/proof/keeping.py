"""Of what is kept anywhere: an item, a message, a file, a mail, a log."""

from __future__ import annotations

import re
from collections.abc import Iterator

from waybill.kernel.cards import masked
from waybill.proof.facts import KeptFacts
from waybill.proof.rules import Rules

KEPT = Rules()
_DIGITS = re.compile(r"[0-9](?=[0-9 -]{12})(?<![0-9A-Za-z=_].)(?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])", re.DOTALL)
"""As a card's number is written: what hangs on a letter is a parcel's, an id, a digest or a boundary. (A digit is looked for first, then whether there are enough, and
then what stands before it.)"""
_OF_A_CARD = re.compile(r"""["'](cvv2?|cvc2?|card_?number|security_?code)\\?["']\s*:\s*["'{\[\\0-9]""", re.IGNORECASE)
"""What only a gateway may know, by the names that people and other systems give it, with something in it."""
_NAMES_OF_IT = ("cvv", "cvc", "cardnumber", "card_number", "securitycode", "security_code")
"""Few texts have any of them, and they are found faster so."""


@KEPT.rule("I29")
def _no_card(facts: KeptFacts) -> Iterator[str]:
    """No card number and no CVV is kept, queued, sent or printed: only a gateway's token is."""
    for found in _DIGITS.finditer(facts.text):
        if (hidden := masked(found.group())) != found.group():
            yield f"a card number: {masked(facts.text[max(0, found.start() - 60) : found.start()])}{hidden}"
    folded = facts.text.casefold()
    if any(name in folded for name in _NAMES_OF_IT) and (found := _OF_A_CARD.search(facts.text)):
        yield f"what is only a gateway's: {found[1]}"


@KEPT.rule("I29", concerns=lambda facts: facts.secrets)
def _no_secret(facts: KeptFacts) -> Iterator[str]:
    """No secret is said anywhere but where secrets are kept."""
    yield from (f"the secret {name}" for name, secret in facts.secrets.items() if secret in facts.text)
