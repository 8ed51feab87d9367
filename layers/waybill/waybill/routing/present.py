"""Decision receipts as people read them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from waybill.kernel.ids import decision_id
from waybill.routing.model.receipt import site_names, unfolded

_WHY = {
    "closed": "closed",
    "rejected": "has rejected it",
    "rejected_before": "has rejected a part of the order",
    "late": "would be late",
    "no_stock": "has nothing of it",
    "address": "the address is in doubt",
    "no_carrier": "no carrier goes there",
    "rule": "the rule leaves it out",
    "person": "a person has said so",
    "channel": "does not sell to this channel",
    "too_often": "rejected too often: a person decides",
}


class Decided(Protocol):
    """An order's record, as far as decisions go."""

    @property
    def decisions(self) -> Iterable[Mapping[str, Any]]: ...


def decisions(record: Decided) -> list[dict[str, Any]]:
    """The receipts of an order, oldest first, each with what it says in words."""
    kept = [(item["pk"], unfolded(item)) for item in sorted(record.decisions, key=lambda item: item["n"])]
    return [{"id": decision_id(pk.removeprefix("ORDER#"), receipt["n"]), **receipt, **in_words(receipt)} for pk, receipt in kept]


def in_words(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """{"headline", "because": [sentences]}; amounts in the shop's minor units, shown with two decimals."""
    chosen, runner_up = receipt["chosen"], receipt.get("runner_up")
    sites = {site[0]: site_names(site) for site in receipt["asked"]["sites"]}
    because = [said for share in chosen["shares"] for said in _share(share, sites[share["node"]])]
    because += [f"Rule “{rule}” could not ship {units} unit{'s' * (units != 1)}" for rule, units in receipt["tried"] if rule != receipt["rule"]]
    if runner_up:
        because.append(f"Next best: {_nodes(runner_up)} for {_money(runner_up['cost'])}")
    chosen_nodes = {share["node"] for share in chosen["shares"]}
    because += [f"{node} alone would cost {_money(cost)}" for node, cost in receipt["alone"].items() if cost and {node} != chosen_nodes]
    because += [f"{node} ruled out: {_reason(why)}" for node, why in receipt["ruled_out"].items()]
    because += [f"{units} of line {line} found no node" for line, units in receipt["short"].items()]
    because += [_flip(flip) for flip in receipt["flips"]]
    return {"headline": _headline(receipt), "because": because}


def _headline(receipt: Mapping[str, Any]) -> str:
    chosen = receipt["chosen"]
    if not chosen["shares"]:
        return "No node can ship it"
    why = "nothing is cheaper" if chosen["proven"] else "the cheapest found"
    if receipt["pick"] != "cheapest":
        why = "first by " + ", then ".join(sort.removeprefix("-").replace("_", " ") for sort in receipt["pick"])
    by = f" by rule “{receipt['rule']}” of “{receipt['routing']}”" if receipt["rules"] else ""
    return f"{_nodes(chosen)}, {_money(chosen['cost'])}: {why}{by}"


def _flip(flip: Mapping[str, Any]) -> str:
    if "dearer" in flip:
        return f"{_money(flip['dearer'])} more for a parcel from {flip['node']} would turn it to {' and '.join(flip['then'])}"
    goods = " or ".join(f"{units} × {sku}" for sku, units in flip["units"].items())
    return f"{flip['node']} with {goods} less could not ship this"


def _nodes(plan: Mapping[str, Any]) -> str:
    return " and ".join(share["node"] for share in plan["shares"])


def _share(share: Mapping[str, Any], site: Mapping[str, Any]) -> list[str]:
    goods = ", ".join(f"{units} × {sku}" for sku, units in share["units"].items())
    ships = f"{share['node']} ships {goods}: {share['weight_g']} g over {site['distance_km']} km for {_money(share['cost'])}"
    worth = [f"What {share['node']} gives is worth {_money(share['scarcity'])} to orders still to come: weighed, not paid"] if share.get("scarcity") else []
    return [ships, *worth, *_promise(share["node"], site["leaves"], site["within"])]


def _promise(node: str, leaves: str, within: int) -> list[str]:
    """Nothing where nothing was promised."""
    if not within:
        return []
    left = f"its carrier may take {within} day{'s' * (within != 1)}" if within > 0 else "that is too late for the promise"
    return [f"It leaves {node} on {leaves}: {left}"]


def _reason(why: str) -> str:
    return ", ".join(_WHY.get(part, part) for part in why.split(", "))


def _money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"
