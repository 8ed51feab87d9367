"""What is known of a payment whose gateway cannot be asked: what we asked, what it answered, what it told us later by webhook.

One item a payment, in the Orders table: pk `GATEWAY#<gateway>#<reference>`, sk `TOLD`. Facts are only ever added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from waybill.aws.tables import Table, WriteConflict, commit
from waybill.aws.tables import replace as put_over
from waybill.kernel.errors import Conflict

ORDERS = Table("ORDERS_TABLE")
TOLD = "TOLD"
_MOST_TRIES = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was asked, answered or told. `id` makes it one: the same fact again is the same.

    `code` is the gateway's word or ours in lower case, `about` the operation's key where it belongs to one, `psp` the gateway's
    own name, `success` its verdict, `amount` minor units.
    """

    id: str
    code: str
    at: str
    about: str = ""
    psp: str = ""
    success: bool = True
    amount: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything known of one payment. `version` 0: nothing yet."""

    reference: str
    order_id: str = ""
    token: str = ""
    amount: int = 0
    currency: str = ""
    facts: tuple[Fact, ...] = ()
    version: int = 0

    def has(self, id: str) -> bool:
        return any(fact.id == id for fact in self.facts)


@dataclass(frozen=True, slots=True)
class Refrain:
    """What a change answers that finds that it must not be made."""

    known: Known


class Told(Protocol):
    """Where it is kept."""

    def of(self, reference: str) -> Known:
        """Of a payment nobody has heard of: version 0, no facts."""
        ...

    def change(self, reference: str, how: Callable[[Known], Known | Refrain]) -> Known:
        """Applies a change to what stands, again wherever somebody else was first; answers what stands afterwards."""
        ...


def added(known: Known, *facts: Fact) -> Known:
    """With facts that are not among what is known."""
    new = tuple(fact for fact in facts if not known.has(fact.id))
    return replace(known, facts=(*known.facts, *new)) if new else known


class ToldTable:
    """`Told` in the Orders table: one query to read, one conditional put to change."""

    def __init__(self, gateway: str) -> None:
        self._stem = f"GATEWAY#{gateway}#"

    def of(self, reference: str) -> Known:
        items = ORDERS.partition(self._stem + reference, TOLD)
        return _known(reference, items[0]) if items else Known(reference)

    def change(self, reference: str, how: Callable[[Known], Known | Refrain]) -> Known:
        for _ in range(_MOST_TRIES):
            seen = self.of(reference)
            wanted = how(seen)
            if isinstance(wanted, Refrain) or wanted == seen:
                return seen
            after = replace(wanted, version=seen.version + 1)
            try:
                commit(put_over(ORDERS, self._item(after), seen.version))
            except WriteConflict:
                continue
            return after
        raise Conflict("too many at once tell of one payment; try again")

    def _item(self, known: Known) -> dict[str, Any]:
        facts = [{name: getattr(fact, name) for name in Fact.__slots__} for fact in known.facts]
        kept = {name: getattr(known, name) for name in ("order_id", "token", "amount", "currency", "version")}
        return {"pk": self._stem + known.reference, "sk": TOLD, **kept, "facts": facts}


def _known(reference: str, item: dict[str, Any]) -> Known:
    kept = {name: item[name] for name in ("order_id", "token", "amount", "currency", "version")}
    return Known(reference, facts=tuple(Fact(**fact) for fact in item["facts"]), **kept)


@dataclass(slots=True)
class ToldInMemory:
    """`Told` for tests and for one process."""

    kept: dict[str, Known] = field(default_factory=dict)

    def of(self, reference: str) -> Known:
        return self.kept.get(reference, Known(reference))

    def change(self, reference: str, how: Callable[[Known], Known | Refrain]) -> Known:
        seen = self.of(reference)
        wanted = how(seen)
        if isinstance(wanted, Refrain) or wanted == seen:
            return seen
        self.kept[reference] = replace(wanted, version=seen.version + 1)
        return self.kept[reference]
