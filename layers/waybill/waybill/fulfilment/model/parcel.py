"""A parcel of a fulfilment order, and labels of parcels that are being bought. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.fulfilment.model.tracking import Scan


@dataclass(frozen=True, slots=True)
class Back:
    """What brings a package back: who carries it, under which number. `shipment`: the carrier's own id. `handle` is what buys it, under `key`. `status`: `buying`, `bought`,
    `voiding`, `voided`, `void_refused`. `mailed`: the customer was sent it."""

    carrier: str
    service: str
    service_name: str
    cost: int
    currency: str
    tracking_number: str = ""
    shipment: str = ""
    handle: str = ""
    key: str = ""
    status: str = "buying"
    mailed: bool = False
    scan: Scan | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """One parcel: what is in it, who carries it, where it is. `cost` in minor units of the carrier's currency. `box`: the carton of the shop that it is packed in,
    with its outer lengths. `sscc`: the number of this very carton (GS1). `shipment`: the carrier's own id of what was bought. `note`: what the packer is told of it.
    `left`: it has left the house. `label`: what has become of its label once it is no longer to be used: `voiding`, `voided`, `void_refused`.
    `manifest`: the list on which its carrier takes it. `back`: the label by which it comes back. `labelled_by_node`: under the node's own account with a carrier;
    label and papers are there, and none of them is ours to print or to give back."""

    n: int
    lines: Mapping[str, int]
    weight_g: int
    carrier: str = ""
    service: str = ""
    service_name: str = ""
    cost: int = 0
    currency: str = ""
    delivery_days: int = 0
    tracking_number: str = ""
    scan: Scan | None = None
    box: str = ""
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    sscc: str = ""
    shipment: str = ""
    note: str = ""
    left: bool = False
    label: str = ""
    manifest: str = ""
    back: Back | None = None
    labelled_by_node: bool = False

    @property
    def delivered(self) -> bool:
        return self.scan is not None and self.scan.status == "delivered"

    @property
    def with_carrier(self) -> bool:
        """The carrier has had it in its hands."""
        return self.scan is not None and self.scan.status != "pre_transit"


@dataclass(frozen=True, slots=True)
class Purchase:
    """Labels that are being bought: written down before anybody is asked, gone once the record has them. `handles[i]` is what buys the i-th of `packages`, "" where the
    label is our own; `key` under which it is bought. `giving_up`: why what was bought is to be given back; `waits`: why it could not go on."""

    packages: tuple[Package, ...]
    handles: tuple[str, ...]
    key: str
    since: str
    giving_up: str = ""
    waits: str = ""


def held(packages: Iterable[Package]) -> dict[str, int]:
    """Units by line in these parcels."""
    units: dict[str, int] = {}
    for package in packages:
        for line, quantity in package.lines.items():
            units[line] = units.get(line, 0) + quantity
    return units


def said(package: Package) -> dict[str, Any]:
    """A parcel as an event tells of it. `shipment` only where a carrier has sold its label."""
    told = {name: getattr(package, name) for name in ("n", "carrier", "service", "tracking_number", "cost")}
    return {**told, "lines": dict(package.lines)} | {name: value for name in ("currency", "shipment") if (value := getattr(package, name))}
