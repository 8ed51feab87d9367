"""The Inventory table: one conditional update an operation, never a transaction and never a read before a write.

A stock row is the hottest item of the house. Neighbours on it do not fail each other: an update is refused only where stock is
short, or where the operation has happened already, and the old row that comes back with the refusal tells which.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from waybill.aws.attributes import pack, pack_item, unpack_item
from waybill.aws.clients import client
from waybill.aws.tables import Table, WriteConflict, commit, create, overwrite, replace
from waybill.inventory.model.row import DONE, FOLD_EVERY, SHORT, VOIDED, Op, Outcome, Row, Verdict
from waybill.inventory.ports import Asked
from waybill.kernel.clock import Clock, utc_now
from waybill.kernel.errors import KeyReused, Unavailable

INVENTORY = Table("INVENTORY_TABLE")
_NAMES = {f"#{name}": name for name in ("on_hand", "reserved", "available", "floor", "last_kind", "version")}
_SKU, _NODE, _MOVES, _ASK = "SKU#", "NODE#", "MOVES#", "ASK#"
_PROOFS = ("PROOFS", "MARK")
_MOST_TRIES = 4


class StockTable:
    """`ports.Stock` on DynamoDB."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock

    def do(self, sku: str, node: str, op: Op) -> Outcome:
        for _ in range(_MOST_TRIES):
            row, stood = self._update(sku, node, op)
            if row:
                return self._done(row, op)
            if stood:
                return self._judged(stood, op)
            empty = Row(sku, node)
            if not empty.allows(op):
                return SHORT
            if self._created(empty.after(op)):
                return self._done(empty.after(op), op)
        raise Unavailable(f"the stock row of {sku} at {node} keeps coming and going")

    def fence(self, sku: str, node: str, op: Op) -> Outcome:
        void = Op(op.id, VOIDED, 0, op.at)
        for _ in range(_MOST_TRIES):
            row, stood = self._update(sku, node, void)
            if row:
                return Outcome(Verdict.FENCED, row.floor)
            if stood:
                return self._judged(stood, op)
            if self._created(Row(sku, node).after(void)):
                return Outcome(Verdict.FENCED)
        raise Unavailable(f"the stock row of {sku} at {node} keeps coming and going")

    def done(self, sku: str, node: str, op_id: str) -> tuple[Row | None, Op | None]:
        row = next(iter(self.rows_at([(sku, node)])), None)
        known = row.ops.get(op_id) if row else None
        if known and known.kind != VOIDED:
            return row, known
        kept = INVENTORY.get(_moves(sku, node), op_id) if row and not known else None
        return row, _op_from(kept) if kept else None

    def rows(self, skus: Iterable[str]) -> list[Row]:
        return [row_from(item) for sku in skus for item in INVENTORY.partition(_SKU + sku, _NODE)]

    def rows_at(self, places: list[tuple[str, str]]) -> list[Row]:
        """The rows that exist among these (sku, node), in the order asked for."""
        found = {(row.sku, row.node): row for row in map(row_from, INVENTORY.get_many([_row_key(*place) for place in places]))}
        return [found[place] for place in places if place in found]

    def ledger(self, sku: str, node: str) -> tuple[Row | None, list[Op]]:
        row = next(iter(self.rows_at([(sku, node)])), None)  # before the movements: what is folded meanwhile is not missed
        kept = {item["sk"]: _op_from(item) for item in INVENTORY.partition(_moves(sku, node))}
        unfolded = row.ops.values() if row else ()
        kept |= {op.id: op for op in unfolded if op.kind != VOIDED}
        return row, sorted(kept.values(), key=lambda op: (op.at, op.id))

    def movements_page(self, sku: str, node: str, limit: int, after: str) -> tuple[list[Op], bool]:
        """Kept movements by operation id from the one after `after` on, and whether there are more."""
        start = {"pk": _moves(sku, node), "sk": after} if after else None
        page = INVENTORY.page(_moves(sku, node), limit=limit, start=start)
        return [_op_from(item) for item in page.items], page.next is not None

    def ask(self, sku: str, node: str, asked: Asked) -> Asked:
        try:
            commit(create(INVENTORY, _ask_item(sku, node, asked)))
        except WriteConflict as taken:
            first = _asked_from(taken.old or {})
            if first.fingerprint != asked.fingerprint:
                told = {"Idempotency-Key": "used"}
                raise KeyReused("this idempotency key was used for another movement", fields=told) from None
            return first
        return asked

    def ask_again(self, sku: str, node: str, asked: Asked, at: int) -> Asked:
        again = Asked(asked.id, asked.fingerprint, at, asked.attempt + 1, asked.version + 1)
        try:
            commit(replace(INVENTORY, _ask_item(sku, node, again), asked.version))
        except WriteConflict as taken:
            return _asked_from(taken.old or {})
        return again

    def mark(self) -> str:
        """The SKU at which the last round of proofs stopped; empty where it came to the end."""
        return (INVENTORY.get(*_PROOFS) or {"sku": ""})["sku"]

    def set_mark(self, sku: str) -> None:
        commit(overwrite(INVENTORY, {"pk": _PROOFS[0], "sk": _PROOFS[1], "sku": sku}))

    def _update(self, sku: str, node: str, op: Op) -> tuple[Row | None, Row | None]:
        """(the row after, None) when done; (None, the row that stood) when refused; (None, None) where there is no row."""
        dynamodb = client("dynamodb")
        try:
            answer = dynamodb.update_item(**_request(sku, node, op))
        except dynamodb.exceptions.ConditionalCheckFailedException as refusal:
            stood = refusal.response.get("Item")
            return None, row_from(unpack_item(stood)) if stood else None
        return row_from(unpack_item(answer["Attributes"])), None

    def _created(self, row: Row) -> bool:
        try:
            commit(create(INVENTORY, row_item(row)))
        except WriteConflict:
            return False
        return True

    def _done(self, row: Row, op: Op) -> Outcome:
        self._keep(row, op)
        if row.version % FOLD_EVERY == 0:
            self.fold(row)
        return DONE

    def _judged(self, stood: Row, op: Op) -> Outcome:
        """What a refusal means, by the row that stood there."""
        outcome = stood.knows(op)
        if outcome is None:
            sku, node = stood.sku, stood.node
            happened = op.kind != VOIDED and bool(INVENTORY.get_many([(_moves(sku, node), op.id)]))
            return DONE if happened else Outcome(Verdict.FENCED, stood.floor)
        if outcome.done:
            self._keep(stood, stood.ops[op.id])
        return outcome

    def _keep(self, row: Row, op: Op) -> None:
        """The movement of an operation; the same whoever writes it, so that there being one already is as good."""
        try:
            commit(create(INVENTORY, _movement_item(row.sku, row.node, op)))
        except WriteConflict:
            return

    def fold(self, row: Row) -> None:
        """Makes sure that every settled operation of a row has its movement, then takes them out of it and raises the floor."""
        ops = row.to_fold(int(self._clock().timestamp() * 1000))
        if not ops:
            return
        moves = _moves(row.sku, row.node)
        real = [op for op in ops if op.kind != VOIDED]
        kept = {item["sk"] for item in INVENTORY.get_many([(moves, op.id) for op in real])}
        for op in real:
            if op.id not in kept:
                self._keep(row, op)
        self._forget(row, ops)

    @staticmethod
    def _forget(row: Row, ops: tuple[Op, ...]) -> None:
        names = {f"#o{number}": op.id for number, op in enumerate(ops)}
        floor_not_yet_there = "#floor < :floor"
        dynamodb = client("dynamodb")
        try:
            dynamodb.update_item(
                TableName=INVENTORY.name,
                Key=pack_item(_key(row.sku, row.node)),
                UpdateExpression="SET #floor = :floor, #last_kind = :folded REMOVE " + ", ".join(f"ops.{name}" for name in names),
                ConditionExpression=floor_not_yet_there,
                ExpressionAttributeNames={**names, "#floor": "floor", "#last_kind": "last_kind"},
                ExpressionAttributeValues=pack_item({":floor": max(op.at for op in ops), ":folded": "folded"}),
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return  # somebody else has folded further


def claim(name: str, content: str) -> None:
    """What came first under a caller's key is what the key stands for: `content` is its digest. Raises KeyReused for another."""
    try:
        commit(create(INVENTORY, {"pk": f"REQUEST#{name}", "sk": "REQUEST", "content": content}))
    except WriteConflict as known:
        if known.old is None or known.old["content"] != content:
            raise KeyReused("this key came before with another body", fields={"Idempotency-Key": "used before"}) from None


def _request(sku: str, node: str, op: Op) -> dict[str, Any]:
    on_hand, reserved = op.effect
    available_needed, reserved_needed, blocked_needed = op.needs
    enough_available = "#available >= :available_needed"
    enough_reserved = "#reserved >= :reserved_needed"
    enough_blocked = "#blocked >= :blocked_needed"
    not_yet_done = "attribute_not_exists(ops.#op)"
    not_too_late = "#floor < :at"
    conditions = [enough_available, enough_reserved, not_yet_done, not_too_late, *([enough_blocked] if blocked_needed else [])]
    names = {**_NAMES, "#op": op.id, **({"#blocked": "blocked"} if op.blocks else {})}
    blocking = {":blocked": pack(op.blocks), ":none": pack(0)} | ({":blocked_needed": pack(blocked_needed)} if blocked_needed else {})
    return {
        "TableName": INVENTORY.name,
        "Key": pack_item(_key(sku, node)),
        "UpdateExpression": (
            "SET #on_hand = #on_hand + :on_hand, #reserved = #reserved + :reserved, "
            "#available = #available + :available, ops.#op = :op, #last_kind = :kind, #version = #version + :one"
            + (", #blocked = if_not_exists(#blocked, :none) + :blocked" if op.blocks else "")
        ),
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {
            ":on_hand": pack(on_hand),
            ":reserved": pack(reserved),
            ":available": pack(op.frees),
            ":available_needed": pack(available_needed),
            ":reserved_needed": pack(reserved_needed),
            ":op": pack(op.packed()),
            ":kind": pack(op.kind),
            ":at": pack(op.at),
            ":one": pack(1),
            **(blocking if op.blocks else {}),
        },
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _row_key(sku: str, node: str) -> tuple[str, str]:
    return _SKU + sku, _NODE + node


def _key(sku: str, node: str) -> dict[str, str]:
    pk, sk = _row_key(sku, node)
    return {"pk": pk, "sk": sk}


def _moves(sku: str, node: str) -> str:
    return f"{_MOVES}{sku}#{node}"


def row_item(row: Row) -> dict[str, Any]:
    ops = {op.id: op.packed() for op in row.ops.values()}
    kept = {"on_hand": row.on_hand, "reserved": row.reserved, "available": row.available, "floor": row.floor}
    kept |= {"blocked": row.blocked} if row.blocked else {}
    return {**_key(row.sku, row.node), **kept, "ops": ops, "last_kind": row.last_kind, "version": row.version}


class _Ops(Mapping[str, Op]):
    """The operations of a row as it keeps them. Most readers look at none or at one of dozens: each is unpacked when it is asked for."""

    def __init__(self, packed: dict[str, list[Any]]) -> None:
        self._packed = packed

    def __getitem__(self, id: str) -> Op:
        return Op.unpacked(id, self._packed[id])

    def __contains__(self, id: object) -> bool:
        return id in self._packed

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def row_from(item: dict[str, Any]) -> Row:
    """From a stored stock row, also as a stream brings it."""
    return Row(
        sku=item["pk"].removeprefix(_SKU),
        node=item["sk"].removeprefix(_NODE),
        on_hand=item["on_hand"],
        reserved=item["reserved"],
        available=item["available"],
        floor=item["floor"],
        ops=_Ops(item["ops"]),
        last_kind=item["last_kind"],
        version=item["version"],
        blocked=item.get("blocked", 0),
    )


def is_row(item: dict[str, Any]) -> bool:
    return item.get("pk", "").startswith(_SKU) and item.get("sk", "").startswith(_NODE)


def _movement_item(sku: str, node: str, op: Op) -> dict[str, Any]:
    on_hand, reserved = op.effect
    body = {"kind": op.kind, "quantity": op.quantity, "at": op.at, "on_hand": on_hand, "reserved": reserved}
    return {"pk": _moves(sku, node), "sk": op.id, **body, **({"note": op.note} if op.note else {})}


def _op_from(item: dict[str, Any]) -> Op:
    return Op(item["sk"], item["kind"], item["quantity"], item["at"], item.get("note", ""))


def _ask_item(sku: str, node: str, asked: Asked) -> dict[str, Any]:
    body = {"fingerprint": asked.fingerprint, "at": asked.at, "attempt": asked.attempt, "version": asked.version}
    return {"pk": f"{_ASK}{sku}#{node}", "sk": asked.id, **body}


def _asked_from(item: dict[str, Any]) -> Asked:
    return Asked(item["sk"], item["fingerprint"], item["at"], item["attempt"], item["version"])
