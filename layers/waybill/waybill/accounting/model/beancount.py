"""The journal as a beancount file (https://beancount.github.io/docs/beancount_language_syntax.html)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from waybill.accounting.model.chart import Chart
from waybill.accounting.model.entry import Entry
from waybill.kernel.ids import digest
from waybill.kernel.money import decimal_string

_ROOTS = {"asset": "Assets", "liability": "Liabilities", "income": "Income", "expense": "Expenses", "equity": "Equity"}
_WORD = re.compile(r"[A-Za-z0-9]+")
_OPENED = "1970-01-01"


def document(entries: Iterable[Entry], chart: Chart, title: str) -> str:
    """A whole file: options, an Open directive for each account used, one transaction an entry."""
    listed = list(entries)
    names = account_names({posting.account for entry in listed for posting in entry.postings}, chart)
    currencies = sorted({posting.currency for entry in listed for posting in entry.postings})
    lines = [f"option {quoted('title')} {quoted(title)}"]
    lines += [f"option {quoted('operating_currency')} {quoted(currency)}" for currency in currencies]
    lines += [f"{_OPENED} open {name}" for name in sorted(names.values())]
    return "\n".join([*lines, *(line for entry in listed for line in _transaction(entry, names))]) + "\n"


def account_names(accounts: Iterable[str], chart: Chart) -> dict[str, str]:
    """Our account ids as beancount's names, one to one: `clearing-shopify` → `Assets:Clearing-Shopify`."""
    names: dict[str, str] = {}
    for account in sorted(accounts):
        name = ":".join([_ROOTS.get(chart.kind(account), "Equity"), *_components(account)])
        names[account] = f"{name}-{digest(account, length=8)}" if name in names.values() else name
    return names


def quoted(text: str) -> str:
    """A string of beancount: one line, quotes and backslashes escaped."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _components(account: str) -> list[str]:
    words = ([word[0].upper() + word[1:] for word in _WORD.findall(part)] for part in account.split(":"))
    named = ["-".join(part) for part in words if part]
    return named or [f"X{digest(account, length=8)}"]


def _transaction(entry: Entry, names: dict[str, str]) -> Iterator[str]:
    yield ""
    yield f"{entry.date} * {quoted(entry.event)} {quoted(entry.memo)}"
    yield f"  id: {quoted(entry.id)}"
    if entry.order_id:
        yield f"  order: {quoted(entry.order_id)}"
    for posting in entry.postings:
        yield f"  {names[posting.account]}  {decimal_string(posting.amount, posting.currency)} {posting.currency}"
