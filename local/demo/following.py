"""One order as the demo sees it: how far it is, where, and whether there is more to wait for. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

STAGES = ("received", "confirmed", "released", "in_fulfilment", "shipped", "completed")
_STAGE_OF = {stage: n for n, stage in enumerate(STAGES, 1)} | {"partially_shipped": 4, "partially_delivered": 5, "delivered": 6}
_ARRIVED = ("delivered", "completed")
_RESTING = ("on_hold", "backordered", "cancelled")
_REST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Followed:
    """`status` is the API's, or `sending`, or `refused`. Seconds count from the moment of sending."""

    name: str
    channel: str
    reference: str
    order_id: str = ""
    status: str = "sending"
    stage: int = 0
    nodes: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    note: str = ""
    sent_at: float = 0.0
    changed_at: float = 0.0

    @property
    def arrived(self) -> bool:
        return self.status in _ARRIVED

    @property
    def rests(self) -> bool:
        """It waits for a person, for stock, or is off; and the API says why."""
        return self.status in _RESTING and bool(self.note)

    @property
    def seconds(self) -> float:
        """Until its last change."""
        return max(self.changed_at - self.sent_at, 0.0)

    def done(self, now: float) -> bool:
        """Nothing more will come. One at rest gets a moment first: some holds end by themselves."""
        return self.arrived or self.status == "refused" or (self.rests and now - self.changed_at >= _REST_SECONDS)

    def sent(self, order_id: str, now: float) -> Followed:
        return replace(self, order_id=order_id, status="received", stage=1, changed_at=now)

    def refused(self, why: str, now: float) -> Followed:
        return replace(self, status="refused", note=why, changed_at=now)

    def seen(self, document: dict[str, Any], now: float) -> Followed:
        """As the API shows it now."""
        status = document["status"]
        work = [item for item in document.get("fulfilment_orders", ()) if item["status"] not in ("rejected", "cancelled")]
        return replace(
            self,
            status=status,
            stage=max(self.stage, _STAGE_OF.get(status, 1)),
            nodes=_each_once(item["node"] for item in work),
            carriers=_each_once(package["carrier"] for item in work for package in item.get("packages", ())),
            note=_why(document),
            changed_at=now if status != self.status else self.changed_at,
        )


def _why(document: dict[str, Any]) -> str:
    status = document["status"]
    if status == "on_hold":
        return "; ".join(f"{hold['kind']}: {hold['reason']}" for hold in document["holds"] if hold["status"] == "active")
    if status == "backordered":
        return f"waits for {', '.join(_each_once(line['sku'] for line in document['lines'] if line['quantities'].get('backordered')))}"
    return "cancelled" if status == "cancelled" else ""


def _each_once(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
