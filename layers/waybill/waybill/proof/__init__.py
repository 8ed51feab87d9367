"""What must hold of the whole, whatever has happened: every rule by its number (I1 to I30 in `invariants`), over facts that somebody has read.

    broken = check(facts)        # of one order, at any moment or at rest
    broken = check_row(row)      # of one stock row
    broken = check_carrier(known) # of one carrier that sells labels
    broken = check_write(change) # of one write, as a stream tells it
    broken = check_call(call)    # of one call at the door
    broken = check_kept(kept)    # of what is kept anywhere: an item, a message, a file, a mail, a log

Pure: the same rules judge a world in a test and, by a job, the real one.
"""

from __future__ import annotations

from collections import Counter

from waybill.proof import labels, messages, money, stock  # noqa: F401  (their rules of an order)
from waybill.proof.calls import CALL
from waybill.proof.carriers import CARRIER
from waybill.proof.facts import Broken, CallFacts, CarrierFacts, KeptFacts, OrderFacts, QueueFacts, RowFacts, WriteFacts
from waybill.proof.keeping import KEPT
from waybill.proof.messages import QUEUE
from waybill.proof.orders import ORDER
from waybill.proof.rules import Rules
from waybill.proof.stock import ROW
from waybill.proof.writes import WRITE

_RULES: tuple[Rules, ...] = (ORDER, ROW, QUEUE, CARRIER, WRITE, CALL, KEPT)


def check(facts: OrderFacts) -> list[Broken]:
    """What does not hold of an order."""
    return ORDER.broken(facts.order_id, facts, facts.at_rest)


def check_row(facts: RowFacts) -> list[Broken]:
    """What does not hold of a stock row."""
    return ROW.broken(f"{facts.row.sku} at {facts.row.node}", facts)


def check_queue(facts: QueueFacts) -> list[Broken]:
    """What does not hold of a queue."""
    return QUEUE.broken(facts.name, facts)


def check_carrier(facts: CarrierFacts) -> list[Broken]:
    """What does not hold between a carrier's books and ours."""
    return CARRIER.broken(facts.carrier, facts)


def check_write(facts: WriteFacts) -> list[Broken]:
    """What a write may not have done."""
    return WRITE.broken(facts.table, facts)


def check_call(facts: CallFacts) -> list[Broken]:
    """What a call at the door may not have been answered, and may not have done."""
    return CALL.broken(facts.what, facts)


def check_kept(facts: KeptFacts, things: int = 1) -> list[Broken]:
    """What may not be kept where it is; `things`: how many texts it is, one after another."""
    return KEPT.broken(facts.where, facts, things=things)


def asked() -> dict[str, int]:
    """How often the rules of each number have been asked in this process since `forget_asked`."""
    times: Counter[str] = Counter()
    for each in _RULES:
        for rule, count in each.times.items():
            times[rule.number] += count
    return dict(times)


def forget_asked() -> None:
    for each in _RULES:
        each.times.clear()


def numbers() -> list[str]:
    """The rules that are asked, by number."""
    found = {number for each in _RULES for number in each.numbers}
    return sorted(found, key=lambda number: int(number.strip("I").split()[0].rstrip(",")))


def meanings() -> dict[str, list[str]]:
    """What each rule says, by number."""
    said: dict[str, list[str]] = {number: [] for number in numbers()}
    for each in _RULES:
        for rule in each.every:
            said[rule.number].append(rule.says)
    return said
