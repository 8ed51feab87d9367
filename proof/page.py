"""The report as one page, for a person: the verdict, what did not hold, the thirty rules, the faults, the parts."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from proof.page_style import STYLE

_MOST = 200


def drawn(said: Mapping[str, Any]) -> str:
    """Of `Report.to_dict`."""
    body = [_head(said), _wrong(said["broken"]), _rules(said["invariants"]), _faults(said["faults"]), _parts(said["parts"])]
    meta = "<meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'><meta name=color-scheme content='light dark'>"
    return f"<!doctype html><html lang=en>{meta}<title>Waybill: proof</title><style>{STYLE}</style><main>{''.join(body)}</main></html>\n"


def _head(said: Mapping[str, Any]) -> str:
    mark, verdict, more = _verdict(said)
    run = f"{said['tried']:,} different things tried in {_span(said['seconds'])}, from seed {said['seed']} on. Begun {_day(said['started_at'])}; the same seed tries the same."
    return f"<h1>Proof</h1><section class='verdict {mark}'><strong>{verdict}</strong><p>{more}</p></section><p class=quiet>{run}</p>"


def _verdict(said: Mapping[str, Any]) -> tuple[str, str, str]:
    left = "; ".join(said["not_tried"])
    if said["broken"]:
        rules = ", ".join(f"I{each['number']}" for each in said["invariants"] if each["broken"])
        count = len(said["broken"])
        return "bad", f"{count:,} {'thing' if count == 1 else 'things'} did not hold", _text(f"Rules named: {rules}. " if rules else "") + _not_tried(left)
    if said["not_tried"]:
        return "part", "What was tried held", _not_tried(left)
    return "good", "Everything held", "Every part was tried, and nothing was found that breaks a rule."


def _not_tried(left: str) -> str:
    return f"Not tried, and so not said to hold: {_text(left)}." if left else ""


def _wrong(broken: Sequence[str]) -> str:
    if not broken:
        return ""
    more = f"<p class=quiet>and {len(broken) - _MOST:,} more, in report.json</p>" if len(broken) > _MOST else ""
    return f"<h2>What did not hold</h2><ol class=wrong>{''.join(f'<li><pre>{_text(line)}</pre>' for line in broken[:_MOST])}</ol>{more}"


def _rules(rules: Sequence[Mapping[str, Any]]) -> str:
    groups = "".join(f"<tbody><tr><th colspan=4 class=group scope=rowgroup>{_text(group)}{''.join(map(_rule, each))}</tbody>" for group, each in groupby(rules, lambda rule: rule["group"]))
    head = "<thead><tr><th>Rule<th>What must hold<th class=n>asked<th class=n>broken</thead>"
    asked = f"{sum(bool(rule['asked']) for rule in rules)} of {len(rules)}"
    note = "Asked counts the orders, rows, queues, writes, calls and stored things of which it was asked, in all worlds but those with a planted bug. Open one to see how."
    return f"<h2>The rules: {asked} asked</h2><p class=quiet>{note}</p><table class=rules>{head}{groups}</table>"


def _rule(rule: Mapping[str, Any]) -> str:
    how = "".join(f"<li>{_text(said)}" for said in rule["how"])
    says = f"<details class=says><summary>{_text(rule['says'])}</summary><ul>{how}</ul></details>"
    asked = f"<td class=n data-is=asked>{rule['asked']:,}" if rule["asked"] else "<td class='n part'>not asked"
    broken = f"<td class='n bad' data-is=broken>{rule['broken']:,}" if rule["broken"] else f"<td data-is=broken class='n {'good' if rule['asked'] else 'quiet'}'>{0 if rule['asked'] else '–'}"
    return f"<tr><th scope=row>I{rule['number']}<td>{says}{asked}{broken}"


def _faults(faults: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(f"<tr><th scope=row>{_text(each['kind'])}{_count(each['points'])}{_count(each['drawn'])}" for each in faults)
    note = "Points: different calls, each of a different world, that it struck in the life of an order. Drawn: how often it struck in the soak."
    return f"<h2>The faults</h2><p class=quiet>{note}</p><table><thead><tr><th>Fault<th class=n>points<th class=n>drawn</thead>{rows}</table>"


def _parts(parts: Sequence[Mapping[str, Any]]) -> str:
    head = "<thead><tr><th>Part<th class=n>tried<th class=n>broken<th class=n>time of one core</thead>"
    return f"<h2>The parts</h2><table class=parts>{head}{''.join(map(_part, parts))}</table>"


def _part(part: Mapping[str, Any]) -> str:
    left = f"<div class=part>not tried: {_text(part['left'])}</div>" if part["left"] else ""
    what = f"<div class=quiet>{_text(part['what'])}</div>{left}"
    if not part["tried"] and not part["broken"]:
        return f"<tr><th scope=row>{_text(part['name'])}{what}<td class='n part' colspan=3>not tried"
    count = len(part["pieces"])
    pieces = f"<details><summary>{count} {'piece' if count == 1 else 'pieces'}</summary><table class=pieces>{''.join(map(_piece, _worst_first(part['pieces'])))}</table></details>"
    return f"<tr><th scope=row>{_text(part['name'])}{what}{pieces}{_count(part['tried'])}{_broken(part['broken'])}<td class=n>{_span(part['seconds'])}"


def _piece(piece: Mapping[str, Any]) -> str:
    said = f"<div class=quiet>{_text(piece['said'])}</div>" if piece["said"] else ""
    return f"<tr><td>{_text(piece['name'])}{said}{_count(piece['tried'])}{_broken(len(piece['broken']))}<td class=n>{_span(piece['seconds'])}"


def _worst_first(pieces: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(pieces, key=lambda piece: (not piece["broken"], piece["name"]))


def _count(number: int) -> str:
    return f"<td class=n>{number:,}" if number else "<td class='n quiet'>–"


def _broken(number: int) -> str:
    return f"<td class='n {'bad' if number else 'good'}'>{number:,}"


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _day(at: str) -> str:
    return f"{datetime.fromisoformat(at):%d %B %Y, %H:%M} UTC"


def _text(said: Any) -> str:
    return html.escape(str(said))
