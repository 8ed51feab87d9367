"""Money and words of a locale, without a library: what few locales need is little."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from waybill.kernel.money import decimal_string

_TEXTS = Path(__file__).with_name("texts")
DEFAULT = "en_US"

_SEPARATORS = {
    "de": (".", ","),
    "fr": ("\u202f", ","),
    "es": (".", ","),
    "it": (".", ","),
    "nl": (".", ","),
    "pt": (".", ","),
    "sv": ("\u00a0", ","),
}
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "MXN": "MX$", "BRL": "R$", "INR": "₹"}
_DOLLAR_AT_HOME = {"CAD": "CA", "AUD": "AU", "NZD": "NZ", "MXN": "MX"}
_DOLLAR_ABROAD = {"CA", "AU", "NZ", "MX"}


def money(minor: int, currency: str, locale: str) -> str:
    """1234567 USD → `$12,345.67` in en_US, `12.345,67 $` in de_DE. A currency without a known sign goes by its code."""
    language, territory = _parts(locale)
    thousands, point = _SEPARATORS.get(language, (",", "."))
    whole, _, cents = decimal_string(abs(minor), currency).partition(".")
    digits = f"{int(whole):,}".replace(",", thousands) + (point + cents if cents else "")
    symbol = _symbol(currency, territory)
    if language in _SEPARATORS:
        return f"{'−' if minor < 0 else ''}{digits}\u00a0{symbol}"
    gap = "\u00a0" if symbol == currency else ""
    return f"{'−' if minor < 0 else ''}{symbol}{gap}{digits}"


def texts(locale: str) -> Mapping[str, str]:
    """Every sentence of the mails in the locale's language, English where there is no translation."""
    language, _ = _parts(locale)
    return _catalogue(language if language in _translated() else "en")


@cache
def _translated() -> frozenset[str]:
    return frozenset(catalogue.stem for catalogue in _TEXTS.glob("*.json"))


@cache
def _catalogue(language: str) -> dict[str, str]:
    known: dict[str, str] = json.loads((_TEXTS / f"{language}.json").read_text("utf-8"))
    return known


def language(locale: str) -> str:
    """`de-AT` → `de`; what we cannot read is English."""
    return _parts(locale)[0]


def _parts(locale: str) -> tuple[str, str]:
    language, _, territory = locale.replace("-", "_").partition("_")
    language = language.lower() if language.isascii() and language.isalpha() and len(language) in (2, 3) else "en"
    return language, territory.upper()[:2]


def _symbol(currency: str, territory: str) -> str:
    if currency == "USD" and territory in _DOLLAR_ABROAD:
        return "US$"
    if _DOLLAR_AT_HOME.get(currency) == territory:
        return "$"
    return _SYMBOLS.get(currency, currency)
