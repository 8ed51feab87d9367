"""Whatever we write is what the standard demands, is taken by an outside parser in strict mode, and is read back the same. Whatever comes is read or refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.edi.judge import strictly
from waybill.edi.model import (
    acknowledgement,
    documents,
    inventory_advice,
    parsing,
    receipt_advice,
    ship_notice,
    shipping_advice,
    shipping_order,
    standard,
    transfer_advice,
)
from waybill.edi.model.inventory_advice import InventoryAdvice
from waybill.edi.model.receipt_advice import ReceiptAdvice
from waybill.edi.model.ship_notice import Pack, ShipNotice
from waybill.edi.model.shipping_advice import Carton, ShippingAdvice
from waybill.edi.model.shipping_order import Item, ShippingOrder
from waybill.edi.model.transfer_advice import TransferAdvice
from waybill.edi.model.x12 import USUAL, Interchange, Marks, Party, written
from waybill.kernel.errors import InvalidInput, Malformed
from waybill.kernel.ids import fulfilment_order_id, order_id, order_of_fulfilment_order

US, THEM = Party("WAYBILL"), Party("NORTHWIND", "12")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_word = st.text(_LETTERS + ".'/-&#", min_size=2, max_size=12)
_words = st.lists(_word, min_size=1, max_size=3).map(" ".join)
_id = st.text(_LETTERS, min_size=2, max_size=22)
_sku = st.text(_LETTERS + "-_./", min_size=1, max_size=48)
_day = st.dates(min_value=date(2001, 1, 1)).map(lambda day: day.isoformat())
_units = st.dictionaries(_sku, st.integers(1, 99_999), min_size=1, max_size=5)
_sscc = st.text("0123456789", min_size=18, max_size=18)
_place = st.fixed_dictionaries(
    {
        "name": _words,
        "line1": _words,
        "city": st.text(_LETTERS, min_size=2, max_size=30),
        "region": st.sampled_from(["CA", "NY", "England", "Ile-de-France"]),
        "postal_code": st.text("0123456789", min_size=3, max_size=10),
        "country": st.sampled_from(["US", "GB", "DE"]),
    },
    optional={"company": _words, "line2": _words, "phone": st.text("+0123456789", min_size=5, max_size=15)},
)
_orders = st.builds(
    ShippingOrder,
    number=_id,
    order_number=_id,
    warehouse=st.text(_LETTERS, min_size=1, max_size=20),
    ship_to=_place,
    items=st.lists(st.builds(Item, _sku, st.integers(1, 9999), _words.map(lambda text: text[:45].strip())), min_size=1, max_size=4).map(tuple),
    status=st.sampled_from(["N", "F"]),
    wanted=st.one_of(st.just(""), _day),
    routing=st.one_of(st.just(""), _words.map(lambda text: text[:35].strip())),
    note=st.one_of(st.just(""), _words),
)
_cartons = st.builds(Carton, _units, st.one_of(st.just(""), _id), st.one_of(st.just(""), _sscc), st.integers(0, 30_000))
_advices = st.builds(
    ShippingAdvice,
    number=_id,
    shipped=_day,
    cartons=st.lists(_cartons, max_size=3).map(tuple),
    shipment=_id,
    carrier=st.one_of(st.just(""), st.text("ABCDEFGH", min_size=2, max_size=4)),
    routing=st.one_of(st.just(""), _words.map(lambda text: text[:35].strip())),
    short=st.dictionaries(_sku, st.integers(1, 99), min_size=1, max_size=3),
    more=st.booleans(),
    warehouse=_word,
)
_transfers = st.builds(TransferAdvice, _id, _day, _words, st.text(_LETTERS, min_size=1, max_size=20), _units, st.one_of(st.just(""), _day))
_receipts = st.builds(ReceiptAdvice, _id, st.text(_LETTERS, min_size=1, max_size=12), _day, _units, st.dictionaries(_sku, st.integers(1, 99), max_size=2), _word)
_inventories = st.builds(InventoryAdvice, _id, _day, st.dictionaries(_sku, st.integers(0, 10**6), min_size=1, max_size=6), _word)
_notices = st.builds(
    ShipNotice,
    number=_id,
    shipped=_day,
    time=st.just("0930"),
    packs=st.lists(st.builds(Pack, _id, _units, _sscc, st.one_of(st.just(""), _id)), min_size=1, max_size=4).map(lambda packs: tuple(sorted(packs, key=lambda pack: pack.order))),
    carrier=st.one_of(st.just(""), _word.filter(lambda text: not text.endswith("."))),
    expected=st.one_of(st.just(""), _day),
    source=_words,
    ship_to=_place.map(lambda place: {name: value for name, value in place.items() if name != "phone"}),
)
_ALL = {
    "940": (_orders, shipping_order),
    "945": (_advices, shipping_advice),
    "943": (_transfers, transfer_advice),
    "944": (_receipts, receipt_advice),
    "846": (_inventories, inventory_advice),
    "856": (_notices, ship_notice),
}
_gently = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None, max_examples=60)


def _file(kind: str, document: Any, marks: Marks = USUAL) -> str:
    return written(documents.enclosed(US, THEM, 42, "202611292130", [(kind, _ALL[kind][1].write(document))]), marks)


@pytest.mark.parametrize("kind", _ALL)
def test_what_is_written_is_read_back_the_same(kind: str) -> None:
    @_gently
    @given(_ALL[kind][0], st.sampled_from([USUAL, Marks("|", ":", "\n"), Marks("^", "<", "'")]))
    def same(document: Any, marks: Marks) -> None:
        if marks.end == "'" and "'" in repr(document):
            marks = Marks("|", ":", "\n")
        (it,) = parsing.read(_file(kind, document, marks))
        assert (it.problems, it.groups[0].problems, it.sets[0].problems) == ((), (), ())
        read, wrong = documents.understood(it.sets[0])
        assert wrong == []
        assert read == document

    same()


@pytest.mark.parametrize("kind", _ALL)
def test_what_is_written_keeps_to_the_standard_and_an_outside_parser_takes_it(kind: str) -> None:
    files = list[str]()

    @_gently
    @given(_ALL[kind][0])
    def collect(document: Any) -> None:
        text = _file(kind, document)
        (it,) = parsing.read(text)
        assert standard.check(it.sets[0], strictly=True) == []
        files.append(text)

    collect()
    assert files
    for text, verdict in zip(files, strictly(files), strict=True):
        assert verdict["refused"] == ""
        assert verdict["sets"] == [[kind, [[each.tag, *each.elements] for each in parsing.read(text)[0].sets[0].segments]]]


@pytest.mark.parametrize("kind", _ALL)
def test_whatever_is_cut_off_swapped_or_spoilt_is_read_or_refused_and_can_be_answered(kind: str) -> None:
    @settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=150)
    @given(_ALL[kind][0], st.data())
    def never_breaks(document: Any, data: st.DataObject) -> None:
        text = _file(kind, document)
        at = data.draw(st.integers(0, len(text) - 1))
        how = data.draw(st.sampled_from(["cut", "drop", "put", "line away", "line twice"]))
        lines = text.split("\n")
        line = data.draw(st.integers(0, len(lines) - 1))
        spoilt = {
            "cut": text[:at],
            "drop": text[:at] + text[at + 1 :],
            "put": text[:at] + data.draw(st.sampled_from("*~>A9\x00é\n-.٣")) + text[at + 1 :],
            "line away": "\n".join(lines[:line] + lines[line + 1 :]),
            "line twice": "\n".join(lines[: line + 1] + lines[line:]),
        }[how]
        try:
            read = parsing.read(spoilt)
        except Malformed:
            return
        for it in read:
            bodies = [("997", acknowledgement.write(group, {each.control: documents.understood(each)[1] for each in group.sets}, it.problems)) for group in it.groups]
            if bodies:
                answer = written(documents.enclosed(US, THEM, 9, "202611292131", bodies))
                (back,) = parsing.read(answer)
                assert back.problems == ()
                assert all(standard.check(each, strictly=True) == [] for each in back.sets), answer

    never_breaks()


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    for given_ in (text, "ISA" + text, _file("943", TransferAdvice("PO1", "2026-11-29", "Acme", "reno", {"TEA": 1}))[:110] + text):
        try:
            for it in parsing.read(given_):
                for each in it.sets:
                    documents.understood(each)
        except Malformed:
            continue


def test_every_cut_of_a_file_is_named_at_the_segment_where_it_was_cut() -> None:
    text = _file("945", ShippingAdvice("F1", "2026-11-29", (Carton({"TEA": 2}, "1Z1", "0" * 18),), short={"CUP": 1}))
    whole = parsing.read(text)[0]
    assert not whole.problems
    for end in range(110, len(text) - 2):
        (it,) = parsing.read(text[:end])
        assert it.problems[-1].segment == "IEA" and it.problems[-1].code in ("023", "001", "021")


def test_a_fulfilment_order_of_two_digits_fits_too_and_finds_its_way_back() -> None:
    for count in (1, 9, 10, 99):
        id = fulfilment_order_id(order_id("shop", "1001"), count)
        number = shipping_order.number_of(id)
        assert len(number) <= 22
        assert shipping_order.fo_id_of(number) == id
        assert order_of_fulfilment_order(shipping_order.fo_id_of(number)) == (order_id("shop", "1001"), count)
    with pytest.raises(InvalidInput):
        shipping_order.number_of(fulfilment_order_id(order_id("shop", "1001"), 100))


def test_an_address_of_anywhere_is_told_in_letters_that_a_translator_takes() -> None:
    order = ShippingOrder("F1", "1001", "reno", {"name": "Žofie Ångström*", "line1": "Straße 5 " + "x" * 60, "city": "Łódź", "region": "Île", "postal_code": "123", "country": "PL"}, (Item("TEA", 1),))
    text = _file("940", order)
    assert text.isascii()
    read, wrong = documents.understood(parsing.read(text)[0].sets[0])
    assert wrong == []
    assert read.ship_to == {"name": "Zofie Angstrom", "line1": "Strasse 5", "line2": "x" * 55 + " " + "x" * 5, "city": "Lodz", "region": "Ile", "postal_code": "123", "country": "PL"}


def test_what_x12_cannot_carry_is_refused_before_it_is_sent() -> None:
    order = ShippingOrder("F1", "1001", "reno", {"name": "A", "city": "Reno"}, (Item("x" * 49, 1),))
    with pytest.raises(InvalidInput, match="sku"):
        shipping_order.write(order)
    with pytest.raises(InvalidInput):
        shipping_order.write(replace(order, items=()))


def test_a_943_has_no_room_for_goods_that_are_none() -> None:
    with pytest.raises(InvalidInput):
        transfer_advice.write(TransferAdvice("PO1", "2026-11-29", "Acme", "reno", {}))


def test_the_same_documents_under_the_same_number_are_the_same_file() -> None:
    one, other = (written(_two()) for _ in range(2))
    assert one == other
    assert json.dumps(strictly([one])[0]["refused"]) == '""'


def _two() -> Interchange:
    order = ShippingOrder("F1", "1001", "reno", {"name": "Ada", "city": "Reno", "postal_code": "89501", "country": "US"}, (Item("TEA", 1),))
    transfer = TransferAdvice("PO1", "2026-11-29", "Acme", "reno", {"TEA": 1})
    bodies = [("940", shipping_order.write(order)), ("943", transfer_advice.write(transfer)), ("940", shipping_order.write(replace(order, number="F2")))]
    return documents.enclosed(US, THEM, 42, "202611292130", bodies, test=True)
