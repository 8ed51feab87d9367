"""`ports.Takes` in memory: a draft half said, one that could be placed, a quote, one that is an order; and one that is an attack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from waybill.desk.model.draft import Draft, DraftLine, DraftRow, Found, matching
from waybill.kernel.errors import IllegalTransition, InvalidInput, NotFound, StaleVersion

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
ITEMS = {"WB-004": ("Enamel camp mug, forest", 1850, 40), "WB-005": ("Enamel camp mug, sand", 1850, 0), "WB-027": ("Folding lantern", 1490, 3)}
MAY = {"open": ("change", "hold", "quote", "place", "discard"), "quoted": ("hold", "quote", "reopen", "place", "discard"), "expired": ("reopen", "discard")}
HALF, READY, QUOTE, PLACED, ATTACK = "dr_half", "dr_ready", "dr_quote", "dr_placed", "dr_attack"


class Phone:
    """`deeds` lists what was done, `known` how each draft stands."""

    def __init__(self, at: str) -> None:
        self.at, self.deeds = at, list[tuple[str, ...]]()
        said = {
            "customer": {"name": "Ada Moreno", "email": "ada.moreno@example.com", "phone": "+1 503 555 0134"},
            "ship_to": {"name": "Ada Moreno", "line1": "1400 SE Morrison St", "line2": "Apt 5", "city": "Portland", "region": "OR", "postal_code": "97214", "country": "US"},
            "lines": [{"sku": "WB-004", "quantity": 2, "tax": "3.05"}, {"sku": "WB-027", "quantity": 5, "unit_price": "12.00"}],
            "shipping": {"amount": "7.95"},
            "tenders": [{"kind": "card", "token": "pm_card_visa", "gateway": "stripe"}],
        }
        self.known = {
            HALF: self._draft(HALF, "open", {"customer": {"name": "Jonas Weber"}, "lines": [{"sku": "WB-004", "quantity": 3}]}),
            READY: self._draft(READY, "open", said, (("manual", "7 units in all, at most 5 go without a look"),)),
            QUOTE: self._draft(QUOTE, "quoted", {**said, "tenders": []}),
            PLACED: self._draft(PLACED, "placed", {"lines": said["lines"]}),
            ATTACK: self._draft(ATTACK, "open", {"customer": {"name": EVIL, "email": EVIL}, "note": EVIL, "lines": [{"sku": EVIL, "quantity": EVIL, "tax": EVIL}]}),
        }

    def _draft(self, id: str, status: str, said: Mapping[str, Any], findings: tuple[tuple[str, str], ...] = (), version: int = 1) -> Draft:
        lines = tuple(self._line(line) for line in said.get("lines", ()))
        total = sum(line.net for line in lines)
        name = said.get("customer", {}).get("name", "")
        units = sum(line["quantity"] for line in said.get("lines", ()) if isinstance(line["quantity"], int))
        until, order = ("2026-12-07" if status == "quoted" else ""), ("ord_k3v7qn2mzc5t4xw6ybfa" if status == "placed" else "")
        row = DraftRow(id, f"P-{id[3:].upper()}", status, "phone", units, total, "USD", self.at, "desk:Robin", name, until, order)
        lacks = {} if status == "placed" else {f"customer.{part}": "is required" for part in ("email",) if not said.get("customer", {}).get(part)}
        if status != "placed" and not said.get("tenders"):
            lacks["tenders"] = "say how it is paid"
        log = ((self.at, "desk:Robin", "open"),)
        return Draft(row, version, said, lines, (("Items", total), ("Total", total)), lacks, findings, "", frozenset(MAY.get(status, ())), log)

    @staticmethod
    def _line(line: Mapping[str, Any]) -> DraftLine:
        title, price, there = ITEMS.get(line["sku"], (line["sku"], 0, None))
        units = line["quantity"] if isinstance(line["quantity"], int) else 0
        return DraftLine(title, price * units, price, there)

    def channels(self) -> list[str]:
        return ["phone"]

    def rows(self, status: str, cursor: str) -> tuple[list[DraftRow], str | None]:
        return [draft.row for draft in self.known.values() if draft.row.status == status], None

    def draft(self, id: str) -> Draft:
        if id not in self.known:
            raise NotFound(f"there is no draft {id!r}")
        return self.known[id]

    def open(self, key: str, said: Mapping[str, Any], actor: str) -> Draft:
        id = f"dr_{key[:8].lower()}"
        self.known.setdefault(id, self._draft(id, "open", self._checked(said)))
        self.deeds.append(("open", key, actor))
        return self.known[id]

    def change(self, id: str, said: Mapping[str, Any], seen: int, actor: str) -> Draft:
        draft = self._at(id, "change", seen)
        self.known[id] = self._draft(id, "open", self._checked(said), draft.findings, draft.version + 1)
        self.deeds.append(("change", id, actor))
        return self.known[id]

    def hold(self, id: str) -> Draft:
        self.deeds.append(("hold", id))
        self.known[id] = replace(self.known[id], kept_until=self.at)
        return self.known[id]

    def quote(self, id: str, until: str, seen: int, actor: str) -> Draft:
        return self._now(id, "quote", "quoted", seen, until, actor)

    def reopen(self, id: str, seen: int, actor: str) -> Draft:
        return self._now(id, "reopen", "open", seen, actor)

    def discard(self, id: str, seen: int, actor: str) -> Draft:
        return self._now(id, "discard", "discarded", seen, actor)

    def place(self, id: str, tenders: list[Mapping[str, Any]], seen: int, actor: str) -> Draft:
        draft = self._at(id, "place", seen)
        if not tenders and draft.lacks:
            at, what = next(iter(draft.lacks.items()))
            raise InvalidInput(f"{at}: {what}", fields=dict(draft.lacks))
        return self._now(id, "place", "placed", seen, *(str(each["kind"]) for each in tenders), actor)

    def find(self, channel: str, text: str) -> list[Found]:
        found = matching([(sku, title) for sku, (title, _, _) in ITEMS.items()], text)
        return [Found(sku, *ITEMS[sku][:2], "USD", ITEMS[sku][2]) for sku in found]

    def _now(self, id: str, verb: str, status: str, seen: int, *told: str) -> Draft:
        draft = self._at(id, verb, seen)
        self.deeds.append((verb, id, *told))
        self.known[id] = self._draft(id, status, draft.said, (), draft.version + 1)
        return self.known[id]

    def _at(self, id: str, verb: str, seen: int) -> Draft:
        draft = self.draft(id)
        if verb not in draft.allowed:
            raise IllegalTransition(f"draft: cannot {verb} while {draft.row.status}")
        if draft.version != seen:
            raise StaleVersion("somebody has changed the draft since: look at it again")
        return draft

    @staticmethod
    def _checked(said: Mapping[str, Any]) -> Mapping[str, Any]:
        if "4242424242424242" in str(said).replace(" ", ""):
            raise InvalidInput("note holds a card number: send the gateway's token instead", fields={"note": "holds a card number"})
        return said
