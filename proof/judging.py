"""Reads the facts of a world and has the rules judge them: of every write as it happens, of every order, row and queue when asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from email import message_from_string
from typing import Any

from proof import vans
from proof.cloud.sqs import Sqs
from proof.cloud.tables import Kept, Table
from proof.keeping import Keeper
from proof.living import Dweller
from proof.owed import carrier_facts
from proof.quick import seen
from proof.returning import Returning, labels_of, not_taken_back
from proof.watching import Doorkeeper
from waybill import proof
from waybill.inventory import orders_table
from waybill.inventory.model.row import VOIDED, Op
from waybill.inventory.orders_table import RSV
from waybill.inventory.stock_table import is_row, row_from
from waybill.kernel.clock import instant
from waybill.proof.facts import AtGateway, Broken, OrderFacts, QueueFacts, RowFacts, Run, WriteFacts

_ORDER = "ORDER#"
_OF_AN_ORDER = ("OrdersTable", "LedgerTable")
"""The tables in which an order has its partition."""


class Judge:
    """Of one world. `broken` collects what single writes have done wrong."""

    def __init__(self, the: Dweller) -> None:
        self.the, self.cloud = the, the.world.cloud
        self.broken: list[Broken] = []
        self.doorkeeper, self.keeper, self.returning = Doorkeeper(the.world), Keeper(the), Returning(the)
        self._touched: dict[str, None] = {}
        self._read, self._last_read, self._counted = 0, None, Counter[str]()
        for table in self.cloud.dynamodb.tables.values():
            table.watchers.append(self._written)

    def verdict(self, at_rest: bool = True, faults: int = 0, dead_allowed: bool = False, struck: bool = False) -> list[Broken]:
        """Everything that does not hold; before everything is at rest, of the orders that were written to since the last verdict. `faults` is how many
        calls that send mail were struck, `struck` whether any call was."""
        found = [*self.broken, *self.doorkeeper.broken, *self.returning.broken]
        cases, papers = not_taken_back(self.the), self._papers()
        for order_id in self.orders() if at_rest else self._changed():
            facts = self.facts(order_id, at_rest, faults, cases, papers)
            found += proof.check(facts) if "DOC" in facts.items else [Broken("I14", order_id, "it has a state and is not there")]
        found += self.rows() + self.queues() + self.keeper.broken() + vans.broken(self.the, at_rest)
        if at_rest and not dead_allowed:
            found += [Broken("I24", queue, f"{depth} dead letters") for queue, depth in self.the.world.dead_letters().items()]
            found += proof.check_carrier(carrier) if (carrier := carrier_facts(self.the)) else []
            found += [Broken("I25", "streams", f"{self.the.world.put_aside} changes were put aside")] * bool(self.the.world.put_aside)
            found += [Broken("I24", "functions", f"one has raised {error!r}") for error in self.the.world.errors] * (not struck)
        return found

    def close(self) -> None:
        """Looks at no more writes: the world may go."""
        self.doorkeeper.close()
        self.keeper.close()
        self.returning.close()
        for table in self.cloud.dynamodb.tables.values():
            table.watchers.remove(self._written)

    def _changed(self) -> list[str]:
        """The orders that were written to since the last verdict."""
        changed, self._touched = self._touched, {}
        stand = self._table("Orders").partitions
        return [pk.removeprefix(_ORDER) for pk in changed if pk in stand and "STATE" in stand[pk].items]

    def since(self) -> list[Broken]:
        """What single writes and calls have done wrong since this was asked last; it is not said again."""
        found = [*self.broken, *self.doorkeeper.broken, *self.returning.broken]
        self.broken.clear()
        self.doorkeeper.broken.clear()
        self.returning.broken.clear()
        return found

    def orders(self) -> list[str]:
        """Every order that stands."""
        table = self._table("Orders")
        return [pk.removeprefix(_ORDER) for pk, partition in table.partitions.items() if pk.startswith(_ORDER) and "STATE" in partition.items]

    def facts(
        self, order_id: str, at_rest: bool = True, faults: int = 0, cases: frozenset[str] | None = None, papers: dict[str, list[str]] | None = None
    ) -> OrderFacts:
        """Everything of one order; `cases` and `papers` are those of all orders, where somebody has read them already."""
        runs = [run for name in _names(order_id, self.cloud.machine.executions) if (run := self.cloud.machine.executions[name])]
        items = self._partition("Orders", f"ORDER#{order_id}")
        bare, mails = OrderFacts(order_id, items), self._mails()
        return OrderFacts(
            order_id,
            items,
            journal=tuple(self._partition("Ledger", f"ORDER#{order_id}").values()),
            documents=tuple(self._of_order(order_id)),
            at_gateway=tuple(_at_gateway(payment) for payment in self.the.gateway.of(order_id)),
            books=frozenset({"stripe"}),
            at_carrier=labels_of(self.the, bare),
            cases=not_taken_back(self.the) if cases is None else cases,
            runs=tuple(Run(run.status, run.token, str((run.input, run.data))) for run in runs),
            told={id: status for id in bare.events if (status := self._told(id))},
            mails={id: mails[id] for id in bare.events if id in mails},
            papers=frozenset((self._papers() if papers is None else papers).get(order_id, ())),
            faults=faults,
            at_rest=at_rest,
            now=instant(self.the.world.now()),
        )

    def rows(self) -> list[Broken]:
        """Every stock row against all that ever moved it and all that is claimed of it."""
        inventory, claims = self._table("Inventory"), self._claims()
        found: list[Broken] = []
        for item in inventory.every():
            plain = seen(item)
            if not is_row(plain):
                continue
            row = row_from(plain)
            moves = [_op(unpacked) for unpacked in self._partition("Inventory", f"MOVES#{row.sku}#{row.node}").values()]
            ledger = {op.id: op for op in moves} | {op.id: op for op in row.ops.values() if op.kind != VOIDED}
            found += proof.check_row(RowFacts(row, tuple(ledger.values()), tuple(claims.get((row.sku, row.node), ()))))
        return found

    def queues(self) -> list[Broken]:
        return [broken for name in self.cloud.sqs.queues if not name.endswith("DeadLetters") for broken in proof.check_queue(_queue(self.cloud.sqs, name))]

    def _written(self, table: Table, old: Kept | None, new: Kept | None) -> None:
        if table.name in _OF_AN_ORDER:
            self._touched[(new or old or {})["pk"]["S"]] = None
        if old is not None or table.name == "InventoryTable":
            facts = WriteFacts(table.name, seen(old) if old is not None else None, seen(new) if new is not None else None)
            self.broken += proof.check_write(facts)

    def _papers(self) -> dict[str, list[str]]:
        """The files of each order that has any."""
        found: dict[str, list[str]] = defaultdict(list)
        for key in self.cloud.s3.files:
            if key.startswith("orders/"):
                found[key.split("/", 2)[1]].append(key)
        return found

    def _claims(self) -> dict[tuple[str, str], list[Any]]:
        """Reservations by the rows that they have or had anything of."""
        found: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for partition in self._table("Orders").partitions.values():
            if RSV not in partition.items:
                continue
            one = orders_table.reservation_from(seen(partition.items[RSV]))
            held = {(one.skus[line], node) for line, nodes in one.held.items() for node in nodes}
            under_way = {(step.sku, step.node) for step in (one.batch.steps if one.batch else ())}
            for place in held | under_way:
                found[place].append(one)
        return found

    def _told(self, event_id: str) -> str:
        found = self._table("Messages").find((f"notifications#{event_id}", ""))
        return seen(found)["status"] if found is not None else ""

    def _mails(self) -> Counter[str]:
        """How often each event's mail left; those counted before are not read again."""
        sent, count = self.cloud.ses.sent, self._read
        if count > len(sent) or (count and sent[count - 1] is not self._last_read):
            count, self._counted = 0, Counter()
        for mail in sent[count:]:
            text = mail.raw.decode() if isinstance(mail.raw, bytes) else mail.raw
            self._counted[message_from_string(text.partition("\r\n\r\n")[0])["X-Waybill-Event"]] += 1
        self._read, self._last_read = len(sent), sent[-1] if sent else None
        return self._counted

    def _of_order(self, order_id: str) -> list[dict[str, Any]]:
        table = self._table("Documents")
        return [seen(kept) if (kept := table.find((pk, sk))) is not None else {} for _, pk, sk in table.indexes["by_order"].rows.get(order_id, ())]

    def _partition(self, table: str, pk: str) -> dict[str, Any]:
        partition = self._table(table).partition(pk)
        return {sk: seen(partition.items[sk]) for sk in partition.order} if partition else {}

    def _table(self, name: str) -> Table:
        return self.cloud.dynamodb.tables[f"{name}Table"]


def _names(order_id: str, executions: dict[str, Any]) -> list[str]:
    """The names of an order's executions, restarts included."""
    names = [order_id] if order_id in executions else []
    run = 1
    while f"{order_id}-r{run}" in executions:
        names.append(f"{order_id}-r{run}")
        run += 1
    return names


def _at_gateway(payment: Any) -> AtGateway:
    held = payment.demand.amount - payment.captured if payment.status == "authorised" else 0
    refunds = tuple(refund.amount for _, refund in payment.refunds)
    return AtGateway(payment.demand.tender, "stripe", payment.demand.amount, payment.authorisations, tuple(payment.parts), refunds, held)


def _op(item: dict[str, Any]) -> Op:
    return Op(item["sk"], item["kind"], item["quantity"], item["at"], item.get("note", ""))


def _queue(sqs: Sqs, name: str) -> QueueFacts:
    queue = sqs.queues[name]
    dead = len(sqs.queues[queue.settings.dead].messages) if queue.settings.dead else 0
    return QueueFacts(name, sqs.sent[name], sqs.deleted[name], sqs.expired[name], dead, len(queue.messages))
