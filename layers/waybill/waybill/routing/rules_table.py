"""Rule sets in the Shop table: one item each, and one that says which is active. `ports.Rules`, and what the rulebook needs."""

from __future__ import annotations

from typing import Any

from waybill.aws.tables import Table, WriteConflict, commit, create, replace
from waybill.kernel.errors import Conflict, NotFound
from waybill.kernel.events import Entry
from waybill.routing.model.rulebook import Kept
from waybill.routing.model.rules import BUILT_IN, BUILT_IN_VERSION, RuleSet, read
from waybill.shop import store as shop

_TABLE = Table("SHOP_TABLE")
_PK, _POINTER = "RULES", "ACTIVE"
_MOST_TRIES = 5


class RulesTable:
    """`active` is kept in a function's memory for a minute; what people decide is read anew."""

    def active(self) -> RuleSet:
        return shop.for_a_minute((_PK, _POINTER), self._standing)

    def pointer(self) -> dict[str, Any]:
        """{"active", "last", "version"}: which stands, the last number given."""
        return _TABLE.get(_PK, _POINTER) or {"active": BUILT_IN_VERSION, "last": 0, "version": 0}

    def kept(self, version: int) -> Kept:
        """Raises NotFound."""
        item = _TABLE.get(_PK, _sk(version))
        if item is None:
            raise NotFound(f"there are no rules {version}")
        return _kept(item)

    def all(self) -> list[Kept]:
        """Newest first."""
        return [_kept(item) for item in reversed(_TABLE.partition(_PK)) if item["sk"] != _POINTER]

    def _standing(self) -> RuleSet:
        version = self.pointer()["active"]
        return self.kept(version).rules if version != BUILT_IN_VERSION else BUILT_IN

    def add(self, raw: dict[str, Any], entry: Entry) -> Kept:
        """A new draft under the next number. Raises InvalidInput for rules that cannot be used."""
        read(raw)
        for _ in range(_MOST_TRIES):
            pointer = self.pointer()
            made = Kept(read(raw, pointer["last"] + 1), history=(entry,), seen=1)
            try:
                commit(_pointed(pointer, last=made.version), create(_TABLE, _item(made)))
            except WriteConflict:
                continue
            return made
        raise Conflict("others keep making drafts; try again")

    def save(self, after: Kept) -> None:
        """Raises Conflict."""
        commit(replace(_TABLE, {**_item(after), "version": after.seen + 1}, after.seen))

    def activate(self, pointer: dict[str, Any], after: Kept, before: Kept | None) -> None:
        """The pointer, the set that is active now and the one that was, all or nothing. Raises Conflict."""
        changed = [after, *([before] if before else [])]
        writes = [replace(_TABLE, {**_item(each), "version": each.seen + 1}, each.seen) for each in changed]
        commit(_pointed(pointer, active=after.version), *writes)
        shop.forget()


def _pointed(pointer: dict[str, Any], **change: int) -> Any:
    seen = pointer["version"]
    return replace(_TABLE, {**pointer, **change, "pk": _PK, "sk": _POINTER, "version": seen + 1}, seen)


def _sk(version: int) -> str:
    return f"V{version:06}"


def _item(kept: Kept) -> dict[str, Any]:
    history = [entry.to_dict() for entry in kept.history]
    body = {"number": kept.version, "rules": kept.rules.to_dict(), "status": kept.status, "gate": dict(kept.gate), "history": history}
    return {"pk": _PK, "sk": _sk(kept.version), "version": kept.seen, **body}


def _kept(item: dict[str, Any]) -> Kept:
    history = tuple(Entry.from_dict(entry) for entry in item["history"])
    return Kept(read(item["rules"], item["number"]), item["status"], item["gate"], history, item["version"])
