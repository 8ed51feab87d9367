"""Why it was decided so: everything that a decision was made from and everything that it came to, so that anybody can work it out again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from waybill.routing.model.decision import Asked, Decision, Site, Unrouted, alone, decide
from waybill.routing.model.flips import flips
from waybill.routing.model.optimiser import VERSION
from waybill.routing.model.problem import Rate
from waybill.routing.model.rules import BY_GROUP, CHEAPEST, RuleSet

_OUTSIDE = ("at", "cause", "rules")
_SITE = ("node", "distance_km", "per_parcel", "per_unit", "barred", "kind", "country", "region", "priority", "leaves", "within")


def site_names(site: list[Any]) -> dict[str, Any]:
    """What is plain of a site as a receipt keeps it, by name."""
    return dict(zip(_SITE, site, strict=False))


def receipt(decision: Decision, *, at: str, cause: str, tariffs: Mapping[str, str]) -> dict[str, Any]:
    """JSON-able, the same for the same decision, no personal data. `tariffs`: version by carrier."""
    made = {"at": at, "cause": cause, "rules": decision.rules.version, "optimiser": VERSION, "tariffs": dict(sorted(tariffs.items()))}
    return {**made, "asked": _asked(decision.asked), **answer(decision)}


def answer(decision: Decision) -> dict[str, Any]:
    """What a decision came to: all of a receipt that follows from `asked` and the rules."""
    plan = decision.plan
    return {
        "routing": decision.routing,
        "rule": decision.rule.name,
        "pick": decision.rule.pick if isinstance(decision.rule.pick, str) else list(decision.rule.pick),
        "tried": [list(each) for each in decision.tried],
        "alone": alone(decision.problem),
        "ruled_out": dict(sorted(decision.ruled_out.items())),
        "chosen": plan.to_dict(),
        "runner_up": plan.runner_up.to_dict() if plan.runner_up else None,
        "flips": flips(decision.problem, plan, priced=decision.rule.pick == CHEAPEST and decision.rule.split != BY_GROUP),
        "shares": decision.shares,
        "short": decision.short,
    }


def folded(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A receipt as it is stored: compressed but for what tells it from others. Every write is paid for by the kilobyte."""
    inside = json.dumps({name: value for name, value in kept.items() if name not in _OUTSIDE}, separators=(",", ":"), sort_keys=True)
    return {**{name: kept[name] for name in _OUTSIDE}, "receipt": zlib.compress(inside.encode(), 9)}


def unfolded(item: Mapping[str, Any]) -> dict[str, Any]:
    """The receipt in a stored item, with its number `n`."""
    return {**{name: item[name] for name in ("n", *_OUTSIDE)}, **json.loads(zlib.decompress(item["receipt"]))}


def replay(kept: Mapping[str, Any], rules: RuleSet) -> Decision:
    """The decision that a receipt's question leads to under `rules`, worked out anew."""
    return decide(question(kept), rules)


def differences(kept: Mapping[str, Any], anew: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer says otherwise than the receipt: {field: {"kept", "now"}}; nothing where they are identical."""
    return {name: {"kept": kept.get(name), "now": value} for name, value in anew.items() if kept.get(name) != value}


def question(kept: Mapping[str, Any]) -> Asked:
    """What was asked, from a receipt."""
    raw = kept["asked"]
    rates = [Rate(tuple(rate["breaks_g"]), tuple(rate["prices"])) for rate in raw["rates"]]
    lines = tuple(Unrouted(*line) for line in raw["lines"])
    order = {**raw["order"], "skus": tuple(raw["order"]["skus"])} if raw["order"] else {}
    return Asked(lines, tuple(_site(each, rates, raw.get("scarcity", {})) for each in raw["sites"]), raw["available"], raw["held"], order)


def _asked(asked: Asked) -> dict[str, Any]:
    """Each rate stands once, cut to what the order weighs."""
    weight = sum(line.quantity * line.weight_g for line in asked.lines) or 1
    cut = {site.rate: site.rate.up_to(weight) for site in asked.sites}
    rates = list(dict.fromkeys(cut.values()))
    scarcity = {site.node: dict(site.scarcity) for site in asked.sites if site.scarcity}
    return {
        "order": {name: list(value) if isinstance(value, tuple) else value for name, value in asked.order.items()},
        "lines": [[line.line, line.sku, line.quantity, line.weight_g, line.value, *([line.group] if line.group else [])] for line in asked.lines],
        "rates": [{"breaks_g": list(rate.breaks_g), "prices": list(rate.prices)} for rate in rates],
        "sites": [
            [*(getattr(site, name) for name in _SITE), rates.index(cut[site.rate]), sorted(site.doubts), list(site.tags)] for site in asked.sites
        ],
        "available": {sku: dict(nodes) for sku, nodes in asked.available.items()},
        "held": {line: dict(nodes) for line, nodes in asked.held.items()},
        **({"scarcity": scarcity} if scarcity else {}),
    }


def _site(raw: list[Any], rates: list[Rate], scarcity: Mapping[str, Mapping[str, int]]) -> Site:
    *plain, rate, doubts, tags = raw
    known = dict(zip(_SITE, plain, strict=True))
    return Site(**known, rate=rates[rate], doubts=frozenset(doubts), tags=tuple(tags), scarcity=scarcity.get(known["node"], {}))
