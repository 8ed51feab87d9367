"""The page that says what was tried and what held: `.local/proof/report.html`, and the same as `report.json`."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proof.tasks import PARTS, Done
from waybill import proof as rules

_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin:2rem 0 .3rem}p{margin:.2rem 0 .6rem;color:#57606a}
table{border-collapse:collapse;width:100%}td,th{padding:.25rem .6rem;border-bottom:1px solid #d8dee4;text-align:left}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.holds{color:#116329}.broken{color:#a40e26;font-weight:600}pre{background:#fff5f5;padding:.6rem;white-space:pre-wrap}details{margin:.3rem 0}"""


@dataclass(frozen=True)
class Report:
    """One run. `more` are the parts that were tried elsewhere (a laptop cloud, the policies), named like those of PARTS."""

    seed: int
    started_at: str
    seconds: float
    pieces: Sequence[Done]
    more: dict[str, str]

    @property
    def broken(self) -> list[str]:
        return [f"{each.part}, {each.name}: {line}" for each in self.pieces for line in each.broken]

    def to_dict(self) -> dict[str, Any]:
        names = {name: what for name, what in {**PARTS, **self.more}.items() if self.of(name)}  # what was not tried is not said to hold
        parts = {name: {"what": what, **_sums(self.of(name)), "pieces": [each.to_dict() for each in self.of(name)]} for name, what in names.items()}
        return {"holds": not self.broken, "seed": self.seed, "started_at": self.started_at, "seconds": round(self.seconds), "rules": rules.meanings(), "parts": parts}

    def of(self, part: str) -> list[Done]:
        return [each for each in self.pieces if each.part == part]


def write(report: Report, folder: Path) -> Path:
    """Both files; answers where the page is."""
    folder.mkdir(parents=True, exist_ok=True)
    said = report.to_dict()
    (folder / "report.json").write_text(json.dumps(said, indent=1) + "\n")
    page = folder / "report.html"
    page.write_text(_page(said, report.broken))
    return page


def _sums(pieces: Sequence[Done]) -> dict[str, Any]:
    return {"tried": sum(each.tried for each in pieces), "seconds": round(sum(each.seconds for each in pieces)), "broken": sum(len(each.broken) for each in pieces)}


def _page(said: dict[str, Any], broken: Sequence[str]) -> str:
    verdict = '<span class="holds">every rule held</span>' if said["holds"] else f'<span class="broken">{len(broken)} did not hold</span>'
    head = f"<h1>Proof: {verdict}</h1><p>{_text(said['started_at'])}, {said['seconds']} s, seed {said['seed']}. The same seed tries the same.</p>"
    rows = "".join(_row(name, part) for name, part in said["parts"].items())
    table = f'<table><tr><th>part<th class="n">tried<th class="n">did not hold<th class="n">seconds of one core</tr>{rows}</table>'
    rules_ = "".join(f"<tr><td>{_text(number)}<td>{'<br>'.join(map(_text, meanings))}</tr>" for number, meanings in said["rules"].items())
    parts = "".join(_part(name, part) for name, part in said["parts"].items())
    wrong = f"<h2>What did not hold</h2><pre>{_text(chr(10).join(broken))}</pre>" if broken else ""
    asked = f"<h2>The rules that were asked after each</h2><table>{rules_}</table>"
    return f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Waybill: proof</title><style>{_STYLE}</style>{head}{table}{wrong}{parts}{asked}</html>\n"


def _row(name: str, part: dict[str, Any]) -> str:
    wrong = f'<td class="n broken">{part["broken"]}' if part["broken"] else '<td class="n holds">0'
    return f'<tr><td>{_text(name)}<td class="n">{part["tried"]:,}{wrong}<td class="n">{part["seconds"]:,}</tr>'


def _part(name: str, part: dict[str, Any]) -> str:
    rows = "".join(f'<tr><td>{_text(each["name"])}<td class="n">{each["tried"]:,}<td class="n">{len(each["broken"])}<td class="n">{each["seconds"]}</tr>' for each in part["pieces"])
    return f"<h2>{_text(name)}</h2><p>{_text(part['what'])}</p><details><summary>{len(part['pieces'])} pieces</summary><table>{rows}</table></details>"


def _text(said: Any) -> str:
    return html.escape(str(said))
