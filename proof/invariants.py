"""The thirty rules in a sentence each, and which of them a line that says what is broken is about."""

from __future__ import annotations

import re
from collections.abc import Mapping

GROUPS = {
    "Stock": (
        "What is on hand of a SKU at a node is the sum of its movements.",
        "No more is reserved than is on hand, and neither is ever negative; what is sold beyond that is a backorder that one can see.",
        "What is reserved is what orders and carts hold: nothing is orphaned, nothing lost.",
        "What is available is worked out in the same write that changes what it is worked out from.",
        "Each reservation ends once: used up, given back or expired.",
    ),
    "Money": (
        "No more is captured than was authorised.",
        "No more is refunded, or about to be, than was captured.",
        "Each entry of the journal sums to nothing in each currency.",
        "Each capture and refund happens at the gateway once at most.",
        "What is called paid here was captured there, once.",
        "Every effect at a gateway comes into the journal.",
        "An order's total is the sum of its parts, and of what is invoiced, to the cent.",
        "The journal only grows: a correction is a reversal.",
    ),
    "Intake": (
        "What was answered 2xx is kept, and is processed or in front of a person.",
        "The same key with the same body has the same answer, and is the same order.",
        "The same key with another body is refused, and nothing comes of it.",
        "A channel's own number names one order at most, by whatever door it came.",
    ),
    "Orders": (
        "Only declared transitions are made, and versions grow.",
        "Every order ends, or is in front of a person within its time.",
        "Nothing is both shipped and cancelled; no money goes back while the goods may still leave.",
        "No more is shipped than was ordered and not cancelled; the units of a line always sum to what was ordered.",
        "No more is returned than was shipped.",
        "A package has one live label at most, and one that was given back is not used.",
    ),
    "Messages": (
        "Every message is processed, dead or still there: none vanishes.",
        "Every event is told to those who listen, and counts once.",
        "A mail leaves once, and once more for each fault in the call that sends it, at most.",
        "A webhook that is late or out of turn never moves anything backwards.",
    ),
    "Security and audit": (
        "Nobody reads or writes what is another channel's or node's.",
        "No card number, no CVV and no secret is in a store, a queue, a mail or a log.",
        "Every change has its line: who, when, what. Erasing a customer leaves the rest true.",
    ),
}
SENTENCES = dict(enumerate((said for group in GROUPS.values() for said in group), 1))
NUMBERS = {group: [number for number, sentence in SENTENCES.items() if sentence in said] for group, said in GROUPS.items()}
_NUMBER = r"I(\d+)"
_SPAN = re.compile(rf"\b{_NUMBER} to {_NUMBER}\b")
_ONE = re.compile(rf"\b{_NUMBER}\b")


def named(text: str) -> set[int]:
    """The rules that a text names: "I2, I4", "I1 to I4", "seed 7: I16 POST /v1/orders: …"."""
    spans = {number for first, last in _SPAN.findall(text) for number in range(int(first), int(last) + 1)}
    return {number for number in spans | {int(each) for each in _ONE.findall(text)} if number in SENTENCES}


def each(times: Mapping[str, int]) -> dict[int, int]:
    """How often each rule was asked, of counts by the numbers under which they are asked."""
    return {number: sum(count for under, count in times.items() if number in named(under)) for number in SENTENCES}
