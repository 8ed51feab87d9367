"""What a mail says and how it is written down: nothing that a person typed gets out of its place."""

from __future__ import annotations

import email
import json
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.template import ROOT
from waybill.kernel.events import Event
from waybill.notifications import preview, rendering
from waybill.notifications.letter import letter, no_longer_true
from waybill.notifications.locales import money, texts
from waybill.notifications.mime import message_id, raw
from waybill.notifications.model import KINDS, Brand, Mail, is_address
from waybill.orders.model import state as verbs
from waybill.orders.model.order import Address, Line
from waybill.orders.store import Record

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NASTY = [
    "<script>alert(1)</script>",
    "a\r\nBcc: everybody@evil.example\r\n\r\nhello",
    "Zoë 🎁 Łukasz 北京 \u202eevil",
    '"quoted", comma; {{ 7 * 7 }} {number} {0.__class__} %s',
    "\ud800 lone \x00 nul \x1b[31m",
    "' onmouseover='x",
    "x" * 3000,
    "",
]


def parsed(mail: Mail) -> EmailMessage:
    message = email.message_from_bytes(raw(mail, NOW), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


def tags(html: str) -> tuple[list[str], set[str]]:
    reader = Tags()
    reader.feed(html)
    return reader.tags, reader.attributes


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "xx", "", "../../etc"])
@pytest.mark.parametrize("type", list(KINDS))
def test_every_event_has_a_mail_in_text_and_html_with_the_order_in_the_subject(type: str, locale: str) -> None:
    message = parsed(preview.mail(type, locale=locale))
    assert message.get_content_type() == "multipart/alternative"
    assert [inner.get_content_type() for inner in message.iter_parts()] == ["text/plain", "text/html"]
    assert "#1042" in message["Subject"] and "Harbor & Pine" in part(message, "plain")
    assert part(message, "html").startswith("<!doctype html>")
    assert "{" not in part(message, "plain")


def test_a_confirmation_shows_lines_sums_and_the_total_of_the_order() -> None:
    mail = preview.mail("order.confirmed")
    for shown in ("Canvas tote", "$48.00", "−$6.40", "$7.95", "$9.08", "$175.13", "Cambridge, MA 02139"):
        assert shown in mail.text and shown in mail.html


@pytest.mark.parametrize("type", ["fulfilment_order.ready_for_pickup", "fulfilment_order.pickup_reminder"])
def test_who_is_to_fetch_it_is_told_the_code_the_place_and_the_day(type: str) -> None:
    mail = preview.mail(type)
    for shown in ("482913", "2026-11-23", "Fetch it at", "Pine Downtown", "2 High Street", "Mon to Sat", "Canvas tote"):
        assert shown in mail.text and shown in mail.html
    assert "Cast iron pan" not in mail.text


def test_what_was_fetched_is_not_told_to_be_on_its_way_or_to_wait() -> None:
    known = preview.record()
    shipped, fetched = preview.event("fulfilment_order.shipped"), replace(known, fulfilment_orders=({**known.fulfilment_orders[0], "status": "delivered"},))
    assert no_longer_true(replace(shipped, data={**shipped.data, "collected": True}), fetched) == "collected"
    assert no_longer_true(preview.event("fulfilment_order.ready_for_pickup"), fetched) == "not_waiting"
    assert no_longer_true(preview.event("fulfilment_order.pickup_reminder"), fetched) == "not_waiting"


def test_a_shipping_mail_has_the_tracking_link_and_only_what_is_in_the_parcel() -> None:
    mail = preview.mail("fulfilment_order.shipped")
    assert "https://track.parcelway.example/PW1042003317425" in mail.text
    assert 'href="https://track.parcelway.example/PW1042003317425"' in mail.html
    assert "Cast iron pan" in mail.text and "Beeswax" not in mail.text and "$" not in mail.text
    assert "The rest of your order follows" in mail.text


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("type", list(KINDS))
def test_nasty_names_stay_text(type: str, nasty: str) -> None:
    known = preview.record()
    lines = tuple(replace(line, title=nasty, sku=nasty or "S") for line in known.order.lines)
    order = replace(known.order, lines=lines, number=nasty or "1")
    home = Address(nasty, nasty, nasty, nasty, nasty, nasty, nasty, nasty)
    record = replace(known, order=order, customer=replace(known.customer, name=nasty, ship_to=home))
    brand = Brand.of({"name": nasty, "color": nasty, "site": nasty, "support": nasty, "address": nasty, "sender": nasty}, "Shop", "a@shop.example")
    event = preview.event(type)
    if event.data.get("packages"):
        event = replace(event, data={**event.data, "packages": [{"carrier": nasty, "tracking_number": nasty or "1"}]})
    mail = rendering.mail(letter(event, record, brand, lambda id: (id, "https://t.example/{tracking_number}")), "e:1", "a@b.example")
    plain = rendering.mail(letter(preview.event(type), known, brand, lambda id: (id, "")), "e:1", "a@b.example")
    message = parsed(mail)
    assert set(message.keys()) == set(parsed(preview.mail(type)).keys()) - {"Reply-To"}
    assert message["Bcc"] is None and len(message["To"].addresses) == 1
    assert message["To"].addresses[0].addr_spec == "a@b.example" and message["From"].addresses[0].addr_spec == "a@shop.example"
    assert "script" not in tags(mail.html)[0] and not any(name.startswith("on") for name in tags(mail.html)[1])
    assert set(tags(mail.html)[0]) <= set(tags(plain.html)[0]) | {"a", "br"}
    assert "49" not in mail.subject


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_typed_the_headers_are_ours_and_each_is_one_line(name: str, number: str) -> None:
    known = preview.record()
    record = replace(known, order=replace(known.order, number=number or "1"), customer=replace(known.customer, name=name))
    mail = rendering.mail(letter(preview.event("order.confirmed"), record, preview.BRAND, lambda id: (id, "")), "e:1", "a@b.example")
    head = raw(mail, NOW).split(b"\r\n\r\n", 1)[0]
    assert head.isascii()
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if line[:1] not in (b" ", b"\t")]
    assert sorted(names) == sorted(b"From To Subject Date Message-ID Auto-Submitted X-Waybill-Event Reply-To MIME-Version Content-Type".split())
    message = parsed(mail)
    assert [address.addr_spec for address in message["To"].addresses] == ["a@b.example"]


def test_the_message_id_is_the_events() -> None:
    one, again, other = preview.mail("order.confirmed"), preview.mail("order.confirmed", locale="de"), preview.mail("order.cancelled")
    assert message_id(one) == message_id(again) != message_id(other)
    assert message_id(one).endswith("@shop.example>")


def test_what_is_enclosed_arrives_byte_for_byte_beside_the_text() -> None:
    pdf = bytes(range(256)) * 40
    message = parsed(replace(preview.mail("fulfilment_order.return_mailed"), enclosed=(("return-label.pdf", pdf),)))
    (enclosed,) = message.iter_attachments()
    assert (enclosed.get_filename(), enclosed.get_content_type(), enclosed.get_content()) == ("return-label.pdf", "application/pdf", pdf)
    assert "PW1042003317425" in message.get_body(("plain",)).get_content() and message.get_body(("html",)) is not None


def test_a_return_label_that_was_given_back_is_sent_to_nobody() -> None:
    def with_back(status: str, number: str) -> Record:
        return replace(preview.record(), fulfilment_orders=[{"id": "fo_preview-1", "packages": [{"n": 1, "back": {"status": status, "tracking_number": number}}]}])

    event = preview.event("fulfilment_order.return_mailed")
    assert no_longer_true(event, with_back("bought", "PW1042003317425")) == ""
    assert no_longer_true(event, with_back("voided", "PW1042003317425")) == no_longer_true(event, with_back("bought", "PW2")) == "given_back"


def test_lines_on_the_wire_are_short_and_end_in_crlf() -> None:
    sent = raw(preview.mail("order.confirmed", locale="de"), NOW)
    assert b"\n" not in sent.replace(b"\r\n", b"")
    assert max(len(line) for line in sent.split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    "amount, currency, locale, shown",
    [
        (123456789, "USD", "en_US", "$1,234,567.89"),
        (-640, "USD", "en_US", "−$6.40"),
        (123456, "EUR", "de_DE", "1.234,56\u00a0€"),
        (123456, "EUR", "fr-FR", "1\u202f234,56\u00a0€"),
        (1500, "JPY", "en_US", "¥1,500"),
        (1500, "KWD", "en_GB", "KWD\u00a01.500"),
        (500, "USD", "en_CA", "US$5.00"),
        (500, "CAD", "en_CA", "$5.00"),
        (500, "CAD", "en_US", "CA$5.00"),
        (0, "USD", "nonsense!!", "$0.00"),
    ],
)
def test_money_is_written_as_the_locale_writes_it(amount: int, currency: str, locale: str, shown: str) -> None:
    assert money(amount, currency, locale) == shown


def test_every_language_has_every_sentence_with_the_same_places_to_fill() -> None:
    files = list((ROOT / "layers/waybill/waybill/notifications/texts").glob("*.json"))
    english = texts("en")
    assert len(files) >= 2
    for file in files:
        translated = json.loads(file.read_text())
        assert translated.keys() == english.keys()
        for key, sentence in english.items():
            places = ("{number}", "{brand}", "{name}", "{carrier}", "{amount}", "{store}", "{day}")
            assert {place for place in places if place in sentence} == {place for place in places if place in translated[key]}


def test_what_is_no_longer_true_is_not_said() -> None:
    known = preview.record()
    cancelled = replace(known, state=verbs.cancel(known.state, "", preview.AT, "test"))
    arrived = replace(known, state=verbs.stock_arrived(known.state, preview.AT, "test"))
    one_of_two = Event("e:1", "fulfilment_order.delivered", preview.AT, "ord_preview", {"fo_id": "fo_x-1", "last": False})
    assert no_longer_true(preview.event("order.confirmed"), cancelled) == "cancelled"
    assert no_longer_true(preview.event("order.backordered"), arrived) == "stock_arrived"
    assert no_longer_true(one_of_two, known) == "more_to_come"
    assert not any(no_longer_true(preview.event(type), known) for type in KINDS)


def test_a_cancellation_says_what_becomes_of_the_money() -> None:
    tracking = ("Parcelway", "")
    card = letter(preview.event("order.cancelled"), preview.record(), preview.BRAND, lambda _: tracking)
    channel = letter(preview.event("order.cancelled"), preview.record(kind="channel"), preview.BRAND, lambda _: tracking)
    assert card.more == ("cancelled.card",) and channel.more == ("cancelled.channel",)


@pytest.mark.parametrize(
    "text, good",
    [
        ("a@b.example", True),
        ("first.last+tag@sub.domain.example", True),
        ("", False),
        ("a@b", False),
        ("a@b.example\r\nBcc: c@d.example", False),
        ("a@b.example\n", False),
        ("a b@c.example", False),
        ("<a@b.example>", False),
        ("a@b.example,c@d.example", False),
        ("é@b.example", False),
        ("a" * 300 + "@b.example", False),
    ],
)
def test_what_is_an_address(text: str, good: bool) -> None:
    assert is_address(text) is good


def test_prices_that_contain_the_tax_say_so() -> None:
    known = preview.record()
    order = replace(known.order, tax_included=True, lines=(Line("l1", "S", "Thing", 1, 1190, 0, 190),), total=1985)
    shown = letter(preview.event("order.confirmed"), replace(known, order=order), preview.BRAND, lambda id: (id, ""))
    assert shown.tax_included == "$1.90" and "tax" not in dict(shown.totals)
