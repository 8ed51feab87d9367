"""Templates to text and HTML. HTML is autoescaped, text is text; a missing value is an error, not a gap."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, select_autoescape

from waybill.kernel.templates import loader
from waybill.notifications.locales import language, texts
from waybill.notifications.model import Letter, Mail, one_line

TEMPLATES = Path(__file__).with_name("templates")


def mail(letter: Letter, key: str, to: str) -> Mail:
    """The letter as a mail to one address."""
    said = texts(letter.locale)

    def say(name: str, **values: Any) -> str:
        """A sentence of the catalogue, that of the letter's way where it has one; what a person typed is put in as it is, and escaped with the whole."""
        kind, dot, rest = name.partition(".")
        sentence = said.get(f"{kind}.{letter.way}{dot}{rest}") or said[name]
        return sentence.format(number=letter.number, brand=letter.brand.name, name=letter.name, store=letter.store.name if letter.store else "", **values)

    context = {"letter": letter, "brand": letter.brand, "say": say, "language": language(letter.locale)}
    subject = one_line(say(f"{letter.kind}.subject"))
    return Mail(
        key=key,
        to=to,
        to_name=letter.name,
        sender=letter.brand.sender,
        sender_name=letter.brand.name,
        subject=subject,
        text=environment().get_template("mail.txt").render(context),
        html=environment().get_template("mail.html").render(context, subject=subject),
        headers={"Reply-To": letter.brand.support} if letter.brand.support else {},
    )


@cache
def environment() -> Environment:
    """What every mail is drawn with."""
    return Environment(
        loader=loader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
