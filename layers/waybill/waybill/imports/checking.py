"""One order of the file held against everything: its own cells, the reader of `POST /v1/orders`, and the order that may stand already."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from waybill.channels import api
from waybill.channels.imported import CONTENT, Imported, fingerprint
from waybill.channels.worker import looked_over
from waybill.imports.model import bodies
from waybill.imports.model.bodies import Body, Problem, Row
from waybill.imports.model.columns import Column
from waybill.imports.model.outcome import Outcome
from waybill.kernel.errors import InvalidInput
from waybill.kernel.ids import order_id
from waybill.orders import codec
from waybill.orders.store import ORDERS
from waybill.shop import store as shop

_LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Check:
    """`lenient`: what an order can do without is left out where it is wrong. `at` is when the import began, for orders that do not say."""

    channel: str
    columns: Sequence[Column | None]
    lenient: bool
    at: str

    def part(self, orders: Sequence[Sequence[Row]]) -> list[Outcome]:
        """Orders of the file, those that stand already looked up in few calls."""
        read = [bodies.read(self.columns, rows) for rows in orders]
        standing = self._standing([_reference(body) for body in read])
        shop.items([line["sku"] for body in read for line in body.order["lines"] if line.get("sku")])  # all at once, and kept for a minute
        return [self._one(body, standing) for body in read]

    def _standing(self, references: Sequence[str]) -> Mapping[str, str]:
        """What the orders say that stand already, by id."""
        keys = [(codec.partition(order_id(self.channel, reference)), codec.DOC) for reference in references if reference]
        return {item["id"]: item.get("attributes", {}).get(CONTENT, "") for item in ORDERS.get_many(keys)}

    def _one(self, body: Body, standing: Mapping[str, str]) -> Outcome:
        reference, rows = _reference(body), tuple(body.rows)
        problems = [problem for problem in body.problems if not (self.lenient and problem.optional)]
        notes = [_left_out(problem) for problem in body.problems if self.lenient and problem.optional]
        imported = self._read(body, problems, notes)
        if imported is None or problems:
            return Outcome(reference, rows, tuple(problems), tuple(notes))
        order = imported.order
        content = standing.get(order.id)
        if content is not None and content != fingerprint(imported):
            other = Problem(rows[0].number, "external_reference", "an order with this reference stands already, with other content")
            return Outcome(reference, rows, (other,), tuple(notes))
        findings = looked_over(imported).findings if content is None and not body.is_history else ()
        notes += [Problem(rows[0].number, finding.kind, f"the order will be held: {finding.reason}") for finding in findings]
        text = "" if content is not None else json.dumps(body.order, separators=(",", ":"), ensure_ascii=False)
        return Outcome(reference, rows, (), tuple(notes), order.id, text, content is not None, bool(findings), body.is_history)

    def _read(self, body: Body, problems: list[Problem], notes: list[Problem]) -> Imported | None:
        """The order in our terms, None where it cannot be had. What is wrong is added to `problems`, what was left out to `notes`."""
        while True:
            try:
                imported = api.normalise(self.channel, body.order, self.at)
                fingerprint(imported)
                return imported
            except InvalidInput as problem:
                found = [body.at(path, says) for path, says in problem.fields.items()] or [Problem(body.rows[0].number, "", problem.message)]
            spare = [each for each in found if self.lenient and each.optional and body.without(each.path)]
            notes += [_left_out(each) for each in spare]
            if not spare:
                problems += _new(found, problems)
                return None


def _new(found: Sequence[Problem], known: Sequence[Problem]) -> list[Problem]:
    """Without those whose cell is known to be wrong already: a cell that could not be read is also missing."""
    cells = {(problem.row, problem.column) for problem in known}
    return [problem for problem in found if (problem.row, problem.column) not in cells]


def _left_out(problem: Problem) -> Problem:
    return Problem(problem.row, problem.column, f"{_LEFT_OUT}: {problem.says}")


def _reference(body: Body) -> str:
    return str(body.order.get("external_reference", ""))[:128]
