"""A back-test as a page to look at: the verdict, what each measure comes to under both rule sets, the orders that differ most. No script."""

from __future__ import annotations

from html import escape

from waybill.routing.model.backtest import Compared, Report, Result

MOST_ROWS, MOST_BARS = 50, 200
_WIDEST = 4.0
"""Percent of the page that a bar takes at most."""
_MEASURES = (
    ("cost", "Cost", "what shipping costs, handling included"),
    ("splits", "Splits", "nodes beyond the first"),
    ("km", "Distance", "km over all parcels"),
    ("late", "Late", "parcels after the promise"),
    ("unshipped", "Unshipped", "units without a node"),
    ("breaches", "Over capacity", "days on which a node sends more than it can"),
)
_STYLE = """
:root{color-scheme:light dark;--ink:#1d2129;--soft:#667085;--line:#d9dde5;--paper:#fff;--was:#98a2b3;--is:#2563c9;--good:#18794e;--bad:#b42318}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8ec;--soft:#98a2b3;--line:#333a47;--paper:#14171c;--was:#667085;--is:#6ea0f5;--good:#4cc38a;--bad:#f97066}}
body{margin:0 auto;max-width:960px;padding:24px 20px 60px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:22px;margin:0 0 4px}h2{font-size:16px;margin:32px 0 8px}p{margin:4px 0}.soft{color:var(--soft)}
.verdict{margin:18px 0;padding:12px 16px;border:1px solid var(--line);border-left:5px solid var(--good)}.verdict.no{border-left-color:var(--bad)}
.verdict ul{margin:6px 0 0;padding-left:20px}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}td.n,th.n{text-align:right}
svg{display:block;width:100%}.key b{display:inline-block;width:11px;height:11px;margin:0 5px 0 12px;vertical-align:-1px}
"""


def page(report: Report, version: int, name: str, against: int) -> str:
    """The whole document, standing alone."""
    changed = sorted((row for row in report.rows if row.differs), key=_weight, reverse=True)
    title = f"Rules {version} “{escape(name)}” beside rules {against}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style>'
        f'<h1>{title}</h1><p class="soft">{report.orders} decisions asked again, {len(changed)} of them decided otherwise</p>'
        f"{_verdict(report)}<h2>What it comes to</h2>{_totals(report, against, version)}"
        f"<h2>Cost order by order</h2>{_differences(changed)}<h2>The orders that differ most</h2>{_rows(changed, against, version)}</html>"
    )


def _weight(row: Compared) -> tuple[int, int, str]:
    return (abs(row.after.unshipped - row.before.unshipped), abs(row.after.cost - row.before.cost), row.order_id)


def _verdict(report: Report) -> str:
    if report.passed:
        return '<div class="verdict"><b>The gate lets it through.</b> Now it runs in shadow.</div>'
    why = "".join(f"<li>{escape(each)}</li>" for each in report.refused)
    return f'<div class="verdict no"><b>The gate refuses it:</b><ul>{why}</ul></div>'


def _totals(report: Report, against: int, version: int) -> str:
    rows = "".join(_measure(label, says, getattr(report.before, name), getattr(report.after, name), name == "cost") for name, label, says in _MEASURES)
    key = f'<p class="soft key"><b style="background:var(--was)"></b>rules {against}<b style="background:var(--is)"></b>rules {version}</p>'
    return f'{key}<div class="scroll"><table><tr><th>Measure<th class="n">Rules {against}<th class="n">Rules {version}<th style="width:45%">{rows}</table></div>'


def _measure(label: str, says: str, before: int, after: int, money: bool) -> str:
    most = max(before, after, 1)
    bars = "".join(
        f'<rect x="0" y="{y}" width="{100 * value / most:.2f}%" height="9" style="fill:var(--{colour})"/>'
        for y, value, colour in ((2, before, "was"), (14, after, "is"))
    )
    numbers = "".join(f'<td class="n">{_money(value) if money else value}' for value in (before, after))
    return f'<tr><td>{label}<div class="soft">{says}</div>{numbers}<td><svg height="26" role="img" aria-label="{label}: {before}, then {after}">{bars}</svg>'


def _differences(changed: list[Compared]) -> str:
    """A bar for each order whose cost differs, from the dearest to the cheapest."""
    costs = sorted((row.after.cost - row.before.cost for row in changed if row.after.cost != row.before.cost and not row.after.unshipped), reverse=True)
    if not costs:
        return '<p class="soft">No order that both ship costs more or less.</p>'
    step = max(1, -(-len(costs) // MOST_BARS))
    shown, most = costs[::step], max(map(abs, costs))
    width = min(100 / len(shown), _WIDEST)
    bars = "".join(
        f'<rect x="{n * width:.3f}%" width="{max(width * 0.8, 0.1):.3f}%" y="{60 - 56 * max(cost, 0) / most:.1f}" height="{max(56 * abs(cost) / most, 1):.1f}" '
        f'style="fill:var(--{"bad" if cost > 0 else "good"})"><title>{_money(cost)}</title></rect>'
        for n, cost in enumerate(shown)
    )
    dearer = sum(cost > 0 for cost in costs)
    axis = '<line x1="0" x2="100%" y1="60" y2="60" style="stroke:var(--line)"/>'
    return (
        f'<p class="soft">{dearer} cost more, {len(costs) - dearer} less; the most {_money(costs[0])}, the least {_money(costs[-1])}</p>'
        f'<svg height="120" role="img" aria-label="Difference in cost of each order">{axis}{bars}</svg>'
    )


def _rows(changed: list[Compared], against: int, version: int) -> str:
    if not changed:
        return '<p class="soft">None differs.</p>'
    lines = "".join(f"<tr><td>{escape(row.order_id)}<td>{_told(row.before)}<td>{_told(row.after)}" for row in changed[:MOST_ROWS])
    rest = f'<p class="soft">and {len(changed) - MOST_ROWS} more: see the CSV</p>' if len(changed) > MOST_ROWS else ""
    return f'<div class="scroll"><table><tr><th>Order<th>Rules {against}<th>Rules {version}{lines}</table></div>{rest}'


def _told(result: Result) -> str:
    parts = [f"{escape(' + '.join(result.nodes))}, {_money(result.cost)}, {result.km} km"] if result.nodes else []
    parts += [f"{result.unshipped} without a node"] if result.unshipped else []
    return "; ".join([*parts, *(["late"] if result.late else [])])


def _money(minor: int) -> str:
    return f"{'−' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"
