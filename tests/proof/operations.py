"""Operations as this system makes them, drawn at random: small keys, so that they meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

PKS, SKS = ("ORDER#1", "ORDER#2"), ("DOC", "FO#1", "FO#2", "PAY#1", "STATE")
_pks, _sks = st.sampled_from(PKS), st.sampled_from(SKS)
_numbers = st.integers(-3, 3)
_plain = st.one_of(
    st.sampled_from(("", "held", "née", "\U0001f6d2")).map(lambda text: {"S": text}),
    _numbers.map(lambda number: {"N": str(number)}),
    st.booleans().map(lambda yes: {"BOOL": yes}),
    st.just({"NULL": True}),
    st.binary(min_size=1, max_size=3).map(lambda raw: {"B": raw}),
)
_values = st.one_of(_plain, st.lists(_plain, max_size=2).map(lambda inner: {"L": inner}), st.dictionaries(st.sampled_from("ab"), _plain).map(lambda inner: {"M": inner}))
_index_keys = st.fixed_dictionaries(
    {},
    optional={
        "lookup_pk": st.sampled_from(("OPEN", "SHUT")).map(lambda text: {"S": text}),
        "lookup_sk": st.sampled_from(("1", "2", "3")).map(lambda text: {"S": text}),
        "day": st.just({"S": "2026-11-23"}),
        "placed": st.sampled_from(("08:00", "09:00")).map(lambda text: {"S": text}),
        "status": st.just({"S": "open"}),
        "other": _values,
    },
)
Operation = tuple[str, dict[str, Any]]


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


@st.composite
def _item(draw: st.DrawFn) -> dict[str, Any]:
    version = {"version": {"N": str(draw(st.integers(1, 3)))}}
    return {**_key(draw(_pks), draw(_sks)), **version, **draw(_index_keys)}


@st.composite
def _write(draw: st.DrawFn) -> dict[str, Any]:
    """A put as `waybill.aws.tables` makes it: new, over a version, over whatever stands."""
    request: dict[str, Any] = {"Item": draw(_item())}
    kind = draw(st.sampled_from(("create", "replace", "overwrite")))
    if kind == "create":
        request["ConditionExpression"] = "attribute_not_exists(pk)"
    if kind == "replace":
        request |= {"ConditionExpression": "#version = :seen", "ExpressionAttributeNames": {"#version": "version"}}
        request["ExpressionAttributeValues"] = {":seen": {"N": str(draw(st.integers(1, 3)))}}
    return request if kind == "overwrite" else {**request, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


@st.composite
def _row(draw: st.DrawFn) -> Operation:
    """A stock row as it is made."""
    ops = {"M": {name: {"N": "1"} for name in draw(st.sets(st.sampled_from(("o/1", "o/2"))))}}
    kept = {name: {"N": str(draw(st.integers(0, 4)))} for name in ("on_hand", "reserved", "available", "floor")}
    return "put_item", {"Item": {**_key(draw(_pks), "NODE#reno"), **kept, "ops": ops, "last_kind": {"S": "x"}, "version": {"N": "1"}}}


@st.composite
def _moved(draw: st.DrawFn) -> Operation:
    """What `inventory.stock_table` asks for: stock moves if there is enough, and once."""
    blocks = draw(st.sampled_from((0, 0, 1)))
    names = {f"#{name}": name for name in ("on_hand", "reserved", "available", "floor", "last_kind", "version")} | {"#op": draw(st.sampled_from(("o/1", "o/2", "o/3")))}
    more = ", #blocked = if_not_exists(#blocked, :none) + :blocked" if blocks else ""
    numbers = {":on_hand": draw(_numbers), ":reserved": draw(_numbers), ":available": draw(_numbers), ":available_needed": draw(_numbers), ":reserved_needed": draw(_numbers)}
    numbers |= {":at": draw(st.integers(0, 5)), ":one": 1} | ({":none": 0, ":blocked": 1} if blocks else {})
    return "update_item", {
        "Key": _key(draw(_pks), draw(st.sampled_from(("NODE#reno", "NODE#reno", "STATE")))),
        "UpdateExpression": "SET #on_hand = #on_hand + :on_hand, #reserved = #reserved + :reserved, #available = #available + :available, "
        f"ops.#op = :op, #last_kind = :kind, #version = #version + :one{more}",
        "ConditionExpression": "#available >= :available_needed AND #reserved >= :reserved_needed AND attribute_not_exists(ops.#op) AND #floor < :at",
        "ExpressionAttributeNames": names | ({"#blocked": "blocked"} if blocks else {}),
        "ExpressionAttributeValues": {name: {"N": str(number)} for name, number in numbers.items()} | {":op": {"L": [{"N": "1"}]}, ":kind": {"S": "reserved"}},
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


@st.composite
def _folded(draw: st.DrawFn) -> Operation:
    names = {f"#o{number}": op for number, op in enumerate(draw(st.sets(st.sampled_from(("o/1", "o/2", "o/3")), min_size=1)))}
    return "update_item", {
        "Key": _key(draw(_pks), "NODE#reno"),
        "UpdateExpression": "SET #floor = :floor, #last_kind = :folded REMOVE " + ", ".join(f"ops.{name}" for name in names),
        "ConditionExpression": "#floor < :floor",
        "ExpressionAttributeNames": {**names, "#floor": "floor", "#last_kind": "last_kind"},
        "ExpressionAttributeValues": {":floor": {"N": str(draw(st.integers(0, 5)))}, ":folded": {"S": "folded"}},
    }


@st.composite
def _asked(draw: st.DrawFn) -> Operation:
    """A page of a partition."""
    names, values, condition = {"#p": "pk"}, {":p": {"S": draw(_pks)}}, "#p = :p"
    kind = draw(st.sampled_from(("all", "prefix", "between")))
    if kind == "prefix":
        names["#s"], values[":s"] = "sk", {"S": draw(st.sampled_from(("FO#", "P", "STATE", "Z")))}
        condition += " AND begins_with(#s, :s)"
    if kind == "between":
        names["#s"] = "sk"
        values |= {":from": {"S": "E"}, ":to": {"S": draw(st.sampled_from(("FO#1", "PAY#1")))}}
        condition += " AND #s BETWEEN :from AND :to"
    request = {"KeyConditionExpression": condition, "ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    request |= {"ScanIndexForward": draw(st.booleans()), "ConsistentRead": draw(st.booleans())}
    if draw(st.booleans()):
        request["Limit"] = draw(st.integers(1, 4))
    if draw(st.integers(0, 3)) == 0:
        request["ExclusiveStartKey"] = {"pk": values[":p"], "sk": {"S": draw(_sks)}}
    return "query", request


@st.composite
def _looked_up(draw: st.DrawFn) -> Operation:
    name, (hash, range), value = draw(
        st.sampled_from((("lookup", ("lookup_pk", "lookup_sk"), "OPEN"), ("lookup", ("lookup_pk", "lookup_sk"), "SHUT"), ("by_day", ("day", "placed"), "2026-11-23")))
    )
    request: dict[str, Any] = {"IndexName": name, "KeyConditionExpression": "#p = :p", "ExpressionAttributeNames": {"#p": hash}}
    request |= {"ExpressionAttributeValues": {":p": {"S": value}}, "ScanIndexForward": draw(st.booleans())}
    if draw(st.booleans()):
        request["KeyConditionExpression"] += " AND #s BETWEEN :from AND :to"
        request["ExpressionAttributeNames"]["#s"] = range
        request["ExpressionAttributeValues"] |= {":from": {"S": "0"}, ":to": {"S": "2"}}
    if draw(st.booleans()):
        request["Limit"] = draw(st.integers(1, 3))
    return "query", request


_gets = st.builds(lambda pk, sk, sure: ("get_item", {"Key": _key(pk, sk), "ConsistentRead": sure}), _pks, _sks, st.booleans())
_deletes = st.builds(lambda pk, sk: ("delete_item", {"Key": _key(pk, sk)}), _pks, _sks)
_batches = st.builds(
    lambda keys: ("batch_get_item", {"Keys": [_key(*key) for key in sorted(keys)], "ConsistentRead": True}), st.sets(st.tuples(_pks, _sks), min_size=1, max_size=5)
)
_transactions = st.builds(
    lambda writes, token: ("transact_write_items", {"writes": writes, "token": token}), st.lists(_write(), min_size=2, max_size=3), st.sampled_from("abcdefghij")
)
OPERATIONS = st.lists(
    st.one_of(_write().map(lambda request: ("put_item", request)), _row(), _moved(), _folded(), _asked(), _looked_up(), _gets, _deletes, _batches, _transactions),
    min_size=1,
    max_size=14,
)


def named(operation: Operation, table: str) -> tuple[str, dict[str, Any]]:
    """The request as it goes to a table."""
    verb, request = operation
    if verb == "batch_get_item":
        return verb, {"RequestItems": {table: request}}
    if verb == "transact_write_items":
        writes = [{"Put": {"TableName": table, **write}} for write in request["writes"]]
        return verb, {"TransactItems": writes, "ClientRequestToken": f"{table}-{request['token']}"}
    return verb, {"TableName": table, **request}


def with_its_own_token(operation: Operation, number: int) -> Operation:
    verb, request = operation
    return verb, {**request, "token": f"{request['token']}{number}"} if "token" in request else request
