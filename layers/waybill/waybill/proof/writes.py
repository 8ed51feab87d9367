"""Of single writes: what a change may not do, whoever makes it. A stream tells of each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from waybill.fulfilment.model.fulfilment_order import MACHINE
from waybill.proof.facts import Item, WriteFacts
from waybill.proof.rules import Rules

WRITE = Rules()
_SAID_ELSEWHERE = "partially_"
"""A parcel that is not the last: its fulfilment order says so, in the same transaction."""


@WRITE.rule("I13", concerns=lambda facts: facts.old is not None and str(facts.old.get("sk", "")).startswith("JE#"))
def _the_journal_only_grows(facts: WriteFacts) -> Iterator[str]:
    """An entry is never changed and never removed."""
    if facts.old is not None and _bare(facts.old) != _bare(facts.new):
        yield f"{facts.old['sk']} was changed"


@WRITE.rule("I16", concerns=lambda facts: facts.table == "DocumentsTable" and facts.old is not None and facts.new is not None)
def _a_key_names_one_body(facts: WriteFacts) -> Iterator[str]:
    """What was kept under a key stays what it is, and of the order that it named."""
    if facts.old is None or facts.new is None:
        return
    for name in ("sha256", "order_id"):
        if facts.old.get(name, facts.new.get(name)) != facts.new.get(name):
            yield f"{facts.old['pk']}: its {name} was {facts.old.get(name)} and is {facts.new.get(name)}"


@WRITE.rule("I18", concerns=lambda facts: facts.old is not None and facts.new is not None and "version" in facts.old)
def _versions_grow(facts: WriteFacts) -> Iterator[str]:
    """A record that has a version has a larger one after each write; a carrier's is its price list's, and its writes are counted as revisions."""
    if facts.old is None or facts.new is None:
        return
    counts = "revision" if facts.new.get("pk") == "CARRIER" else "version"
    before, after = (item.get(counts, 0) for item in (facts.old, facts.new))
    if facts.new.get("last_kind") != "folded" and after <= before:
        yield f"{facts.new['pk']} {facts.new.get('sk', '')}: {counts} {before} became {after}"


@WRITE.rule("I18", concerns=lambda facts: facts.old is not None and facts.new is not None and str(facts.new.get("sk", "")).startswith("FO#"))
def _declared(facts: WriteFacts) -> Iterator[str]:
    """A fulfilment order goes only where its machine leads."""
    if facts.old is None or facts.new is None:
        return
    before, after = facts.old["status"], facts.new["status"]
    if before != after and after not in _reachable(before):
        yield f"{facts.new['id']}: {before} became {after}"


@WRITE.rule("I18", concerns=lambda facts: facts.old is not None and facts.old.get("sk") == "DOC" and str(facts.old["pk"]).startswith("ORDER#"))
def _the_document_stands(facts: WriteFacts) -> Iterator[str]:
    """An order is what was placed, until somebody edits it, and each edit is counted: what becomes of it is written elsewhere."""
    old, new = facts.old, facts.new or {}
    if old is None or _bare(old) == _bare(facts.new):
        return
    if (new.get("edits") or 0) != (old.get("edits") or 0) + 1:
        yield f"{old['pk']}: the order itself was changed, and no edit says so"


@WRITE.rule("I27", concerns=lambda facts: facts.old is not None and facts.new is not None and facts.new.get("sk") == "STATE")
def _never_back(facts: WriteFacts) -> Iterator[str]:
    """What has left has left, what was delivered was, what is cancelled stays so."""
    if facts.old is None or facts.new is None:
        return
    for line, before in facts.old["lines"].items():
        after = facts.new["lines"].get(line, {})
        if sum(after.get(kind, 0) for kind in ("shipped", "delivered")) < sum(before.get(kind, 0) for kind in ("shipped", "delivered")):
            yield f"{facts.new['pk']} line {line}: what had left is back"
        if any(after.get(kind, 0) < before.get(kind, 0) for kind in ("delivered", "cancelled")):
            yield f"{facts.new['pk']} line {line}: {before} became {after}"
    if facts.old["completed"] and not facts.new["completed"] or facts.old["confirmed"] and not facts.new["confirmed"]:
        yield f"{facts.new['pk']} is not {'completed' if facts.old['completed'] else 'confirmed'} any more"


@WRITE.rule("I30", concerns=lambda facts: facts.old is not None and "history" in facts.old)
def _histories_only_grow(facts: WriteFacts) -> Iterator[str]:
    """What was written down stays as it was; a change of status has its line."""
    if facts.old is None:
        return
    before, after = list(facts.old["history"]), list((facts.new or {}).get("history", ()))
    if after[: len(before)] != before:
        yield f"{facts.old['pk']} {facts.old['sk']}: its history was rewritten"
    new = facts.new or {}
    changed = new.get("status") != facts.old.get("status") and facts.table == "OrdersTable" and facts.old["sk"] != "RSV"
    if changed and len(after) == len(before) and not str(new.get("status", "")).startswith(_SAID_ELSEWHERE):
        yield f"{facts.old['pk']} {facts.old['sk']}: {facts.old.get('status')} became {new.get('status')} and nothing says so"


@WRITE.rule("I2, I4", concerns=lambda facts: facts.new is not None and str(facts.new["pk"]).startswith("SKU#") and "on_hand" in facts.new)
def _rows(facts: WriteFacts) -> Iterator[str]:
    """A stock row is whole after every write."""
    new = facts.new
    if new is None:
        return
    on_hand, reserved, blocked = new["on_hand"], new["reserved"], new.get("blocked", 0)
    if not 0 <= reserved + blocked <= on_hand or blocked < 0 or reserved < 0:
        yield f"{new['pk']} {new['sk']}: {reserved} reserved and {blocked} blocked of {on_hand}"
    if new["available"] != on_hand - reserved - blocked:
        yield f"{new['pk']} {new['sk']}: {new['available']} available of {on_hand}, {reserved} and {blocked} not"


def _bare(item: Item | None) -> dict[str, Any]:
    return {name: value for name, value in (item or {}).items() if name != "write_id"}


@cache
def _reachable(status: str) -> frozenset[str]:
    """Where one write may lead: several verbs may go into one."""
    found, edge = frozenset[str](), {status}
    while edge:
        edge = {MACHINE.after(state, verb) for state in edge for verb in MACHINE.allowed(state)} - found
        found |= edge
    return found
