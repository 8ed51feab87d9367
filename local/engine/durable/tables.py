"""DynamoDB: each item, each stream record and each mapping's position is in the journal before the caller is answered.

All writes of one request are one transaction of the journal, so TransactWriteItems stays whole.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from typing import Any

from local.engine.durable.journal import Journal, Statement

_SEPARATOR = "\x00"  # between account, region and name
_request = threading.local()


def enable(journal: Journal) -> None:
    from ministack.services import dynamodb

    from local.engine.gaps import stream_mapping

    emit, handle, delete, state = dynamodb._emit_stream_event, dynamodb.handle_request, dynamodb._delete_table, dynamodb.get_state

    def emit_and_note(name: str, event: str, old: Any, new: Any, *rest: Any, **named: Any) -> None:
        end = dynamodb.stream_end_position(name)
        emit(name, event, old, new, *rest, **named)
        statements = _item_statements(name, new or old, removed=new is None)
        if dynamodb.stream_end_position(name) > end:
            statements += _stream_statements(name, end)
        pending = getattr(_request, "statements", None)
        if pending is None:
            journal.write(statements)
        else:
            pending.extend(statements)

    async def handle_request(*call: Any) -> Any:
        _request.statements = statements = []
        try:
            answer = await handle(*call)
        finally:
            _request.statements = None
        if statements:
            journal.write(statements)
        return answer

    def delete_table(data: dict[str, Any]) -> Any:
        full = full_name(dynamodb._normalize_table_name(data.get("TableName")))
        answer = delete(data)
        if answer[0] == 200:
            journal.write([(f"DELETE FROM {table} WHERE tbl = ?", (full,)) for table in ("items", "stream", "stream_end")])
        return answer

    dynamodb._emit_stream_event = emit_and_note
    dynamodb.handle_request = handle_request
    dynamodb._delete_table = delete_table
    dynamodb.get_state = lambda: _without_items(dynamodb, state)
    stream_mapping.advanced.append(lambda mapping, position: _note_position(journal, mapping, position))


def restore(journal: Journal) -> None:
    """Puts the journal's items, records and positions under the tables that the snapshot has brought back."""
    from ministack.services import dynamodb, lambda_svc

    _forget_unknown(journal, {_SEPARATOR.join(key) for key, _ in dynamodb._tables.all_items()})
    for (account, region, name), table in dynamodb._tables.all_items():
        full = _SEPARATOR.join((account, region, name))
        for pk, sk, item in journal.read("SELECT pk, sk, item FROM items WHERE tbl = ?", full):
            dynamodb._set_item(table, pk, sk, json.loads(item))
        records = list(journal.read("SELECT position, record FROM stream WHERE tbl = ? ORDER BY position", full))
        ends = list(journal.read("SELECT position FROM stream_end WHERE tbl = ?", full))
        if ends:
            first = records[0][0] if records else ends[0][0]
            dynamodb._stream_trimmed.set_scoped(account, region, name, first)
            dynamodb._stream_records.set_scoped(account, region, name, [json.loads(record) for _, record in records])
    for account, region, mapping in lambda_svc._iter_all_esms():
        for (position,) in journal.read("SELECT position FROM mappings WHERE mapping = ?", mapping["UUID"]):
            lambda_svc._dynamodb_stream_positions.set_scoped(account, region, mapping["UUID"], position)


def _forget_unknown(journal: Journal, known: set[str]) -> None:
    """Rows of a table that was made and lost between two snapshots must not turn up in one of the same name later."""
    for table in ("items", "stream", "stream_end"):
        for (full,) in journal.read(f"SELECT DISTINCT tbl FROM {table}"):
            if full not in known:
                journal.write([(f"DELETE FROM {table} WHERE tbl = ?", (full,))])


def full_name(table: str) -> str:
    from ministack.core.responses import get_account_id, get_region

    return _SEPARATOR.join((get_account_id(), get_region(), table))


def _item_statements(name: str, item: dict[str, Any], *, removed: bool) -> list[Statement]:
    from ministack.services import dynamodb

    table = dynamodb._tables[name]
    pk = dynamodb._extract_key_val(item.get(table["pk_name"]))
    sk = dynamodb._extract_key_val(item.get(table["sk_name"])) if table["sk_name"] else "__no_sort__"
    full = full_name(name)
    if removed:
        return [("DELETE FROM items WHERE tbl = ? AND pk = ? AND sk = ?", (full, pk, sk))]
    return [("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?)", (full, pk, sk, json.dumps(item)))]


def _stream_statements(name: str, position: int) -> list[Statement]:
    from ministack.services import dynamodb

    record, full = dynamodb._stream_records[name][-1], full_name(name)
    return [
        ("INSERT OR REPLACE INTO stream VALUES (?, ?, ?)", (full, position, json.dumps(record))),
        ("INSERT OR REPLACE INTO stream_end VALUES (?, ?)", (full, position + 1)),
    ]


def _note_position(journal: Journal, mapping: dict[str, Any], position: int) -> None:
    """Remembers how far a mapping is, and drops what every mapping of the table has read."""
    full = full_name(mapping["EventSourceArn"].split("/stream/")[0].rsplit("/", 1)[-1])
    journal.write(
        [
            ("INSERT OR REPLACE INTO mappings VALUES (?, ?, ?)", (mapping["UUID"], full, position)),
            ("DELETE FROM stream WHERE tbl = ? AND position < (SELECT min(position) FROM mappings WHERE tbl = ?)", (full, full)),
        ]
    )


def _without_items(dynamodb: Any, state: Any) -> Any:
    """Upstream's snapshot without the items: the journal has them, and copying them all takes seconds."""
    kept = {}
    for key, table in dynamodb._tables.all_items():
        kept[key] = table["items"], table.pop(dynamodb._INDEX_MEMBERS, None)
        table["items"] = defaultdict(dict)
    try:
        snapshot = state()
    finally:
        for key, table in dynamodb._tables.all_items():
            table["items"], members = kept[key]
            if members is not None:
                table[dynamodb._INDEX_MEMBERS] = members
    for table in snapshot["tables"].all_values():
        table["ItemCount"] = table["TableSizeBytes"] = 0
    return snapshot
