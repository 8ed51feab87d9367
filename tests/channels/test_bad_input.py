"""The edge list, on every parser of intake: a clear 4xx at the door, a parked document behind it, never a 5xx."""

import contextlib
import copy
import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.channels.benches import BENCHES
from tests.channels.documents import AT, call, raw_body, sample
from tests.channels.intake_world import parked, work
from waybill.channels import api, registry, shopify
from waybill.channels.checks import checked
from waybill.channels.imported import fingerprint
from waybill.channels.ports import NOTHING, ORDER, WORD
from waybill.kernel import json as strict_json
from waybill.kernel.errors import InvalidInput, Malformed

EDGES = {
    "infinity": b'{"id": 1, "total": Infinity}',
    "minus infinity": b'{"id": 1, "total": -Infinity}',
    "nan": b'{"id": 1, "total": NaN}',
    "1e999": b'{"id": 1, "total": 1e999}',
    "5000 digits": b'{"id": ' + b"9" * 5000 + b"}",
    "depth 2000": b'{"id":' + b"[" * 2000 + b"]" * 2000 + b"}",
    "depth 2000, open": b"[" * 2000,
    "duplicate keys": b'{"id": 1, "id": 2}',
    "lone surrogate": b'{"id": 1, "note": "\\ud800"}',
    "NUL escaped": b'{"id": 1, "note": "\\u0000"}',
    "NUL raw": b'{"id": 1, "note": "\x00"}',
    "empty": b"",
    "blank": b"   ",
    "not UTF-8": b'{"id": "\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"id": 1}',
    "cut short": b'{"id": 1',
    "array": b"[]",
    "number": b"1",
    "null": b"null",
}
TOKENS = {
    "infinity": "Infinity", "nan": "NaN", "1e999": "1e999", "5000 digits": "9" * 5000, "depth 2000": "[" * 2000 + "]" * 2000,
    "duplicate keys": '{"a": 1, "a": 1}', "lone surrogate": '"\\ud800"', "NUL": '"\\u0000"', "raw NUL": '"\x00"', "raw surrogate": '"\ud800"',
}  # fmt: skip
"""What no JSON value is, written where one should be."""
SCALARS = st.sampled_from(
    [None, True, 0, -1, 10**39, "", " ", "x", "NaN", "sNaN", "-Infinity", "1e-999999999", "1_0", "٣", "\ud800", "\x00", "9" * 5000,
     Decimal("1E+40"), Decimal("0.00000001"), [], {}, [[]], [None], {"a": {}}, "2026-13-45T99:99:99Z", "+999999-01-01T00:00:00Z"]
)  # fmt: skip
JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3))
def parsed(document):
    return strict_json.parse(json.dumps(document, default=str))


PARSERS = {
    **{bench.kind: (registry.adapter(bench.kind).normalise, parsed(bench.document(1))) for bench in BENCHES},
    "shopify_discount_tax_included": (shopify.normalise, sample("shopify_discount_tax_included")["body"]),
    "api_card": (api.normalise, sample("api_card")["body"]),
}
"""What reads an order, and an order that it reads: every kind of channel, and our own door."""
NOTICES = {bench.kind: (registry.adapter(bench.kind), bench.word or (lambda reference, number, bench=bench: parsed(bench.document(number)))) for bench in BENCHES}
"""What sorts a document, and one that names an order."""


def places(value, at=()):
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*at, key)
        if isinstance(inner, (dict, list)):
            yield from places(inner, (*at, key))


def put(document, place, junk):
    """Replaces what stands at a place, if an earlier replacement has left it there."""
    with contextlib.suppress(KeyError, IndexError, TypeError):
        for key in place[:-1]:
            document = document[key]
        document[place[-1]] = junk


@pytest.mark.parametrize("name", PARSERS)
def test_what_is_spoilt_below_is_an_order_before(name):
    normalise, order = PARSERS[name]
    assert normalise("c", copy.deepcopy(order), AT).order.discrepancy == 0


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_parser_takes_any_value_anywhere_or_says_what_is_wrong(name, data):
    normalise, order = PARSERS[name]
    document = copy.deepcopy(order)
    where = st.sampled_from(sorted(places(document), key=str))
    for place, junk in data.draw(st.lists(st.tuples(where, JUNK), min_size=1, max_size=3)):
        put(document, place, copy.deepcopy(junk))
    try:
        imported = checked(normalise("c", document, AT), {})
    except InvalidInput as problem:
        assert problem.message and problem.fields
    else:
        assert fingerprint(imported)


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=200, deadline=None)
@given(document=JUNK)
def test_a_parser_takes_no_nonsense_for_an_order(name, document):
    with pytest.raises(InvalidInput):
        PARSERS[name][0]("c", document, AT)


@pytest.mark.parametrize("kind", NOTICES)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_notice_is_sorted_or_says_what_is_wrong(kind, data):
    adapter, word = NOTICES[kind]
    document = copy.deepcopy(word("1234", 1))
    for place in data.draw(st.lists(st.sampled_from(sorted(places(document), key=str)), max_size=2)):
        put(document, place, copy.deepcopy(data.draw(JUNK)))
    for body in (document, data.draw(JUNK)):
        for topic in ("orders/updated", "order.updated", "store/order/updated", "ORDER_CHANGE", "OrderStateChanged", data.draw(st.text(max_size=12))):
            with contextlib.suppress(Malformed):
                about = adapter.about(topic, body)
                assert about.carries in (ORDER, WORD, NOTHING) and (about.carries == NOTHING or 0 < len(about.reference) <= 128)
        if adapter.notices and isinstance(body, dict):
            with contextlib.suppress(Malformed):
                assert all(isinstance(read(body), str) for read in (adapter.notices.names, adapter.notices.topic, adapter.notices.delivery))
        if adapter.hook:
            with contextlib.suppress(Malformed):
                assert isinstance(adapter.hook.topic({}, body), str) and isinstance(adapter.hook.delivery({}, body), str)


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("kind", [bench.kind for bench in BENCHES])
def test_what_is_no_json_never_gets_to_a_parser(kind, token):
    """Wherever in an order it stands: the first word of it and the last, and the middle."""
    order = PARSERS[kind][1]
    found = sorted(places(order), key=str)
    for place in (found[0], found[len(found) // 2], found[-1]):
        document = copy.deepcopy(order)
        put(document, place, "HERE")
        raw = json.dumps(document, default=str).replace('"HERE"', TOKENS[token])
        with pytest.raises(Malformed):
            strict_json.parse(raw.encode("utf-8", "surrogatepass"))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_the_json_parser_answers_a_value_or_malformed(raw):
    try:
        strict_json.parse(raw)
    except InvalidInput as problem:
        assert problem.status == 400


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", ["api_card", "shopify_paid", "woocommerce_processing"])
def test_the_edge_list_at_every_door_is_a_clear_4xx(world, name, edge):
    reply = call(world, name, EDGES[edge], idempotency_key=edge)
    assert 400 <= reply.status < 500, reply.content
    assert reply.json()["detail"] and reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["shopify_paid", "woocommerce_processing"])
@pytest.mark.parametrize(
    "change",
    [{"total_price": "1e999", "total": "1e999"}, {"line_items": [{"id": 1, "quantity": -3}]}, {"line_items": [{"id": 1, "quantity": 0.5}]},
     {"currency": "XXX"}, {"line_items": "x" * 1000}],
)  # fmt: skip
def test_a_readable_document_with_impossible_content_is_kept_and_parked(world, name, change):
    raw = json.dumps(json.loads(raw_body(name)) | change).encode()
    assert call(world, name, raw).status == 200
    work(world)
    assert len(parked()) == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/v1/orders", "/v1/channels/shopify/webhooks", "/v1/channels/woocommerce/webhooks", "/v1/channels/{x}/webhooks"]),
    headers=st.dictionaries(
        st.sampled_from(["x-api-key", "idempotency-key", "x-shopify-topic", "x-shopify-hmac-sha256", "x-wc-webhook-signature"]),
        st.text(max_size=40),
    ),
    raw=st.binary(max_size=60),
)
def test_no_headers_and_no_bytes_make_the_door_fail(world, path, headers, raw):
    assert world.call("POST", path, raw, headers).status < 500
