"""The event envelope (CloudEvents 1.0) and the history entry it is made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a record's history: timeline and outbox at once. `data` holds ids, quantities, minor units."""

    seq: int
    type: str
    at: str
    actor: str
    data: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {"seq": self.seq, "type": self.type, "at": self.at, "actor": self.actor, "data": self.data}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Entry:
        return cls(int(raw["seq"]), raw["type"], raw["at"], raw["actor"], raw.get("data") or {})


@dataclass(frozen=True, slots=True)
class Event:
    """What a consumer receives. `id` is unique and stable over redeliveries; `subject` is the order id."""

    id: str
    type: str
    time: str
    subject: str
    data: dict[str, Any]

    def to_dict(self, stage: str) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": f"/waybill/{stage}",
            "type": self.type,
            "time": self.time,
            "subject": self.subject,
            "data": self.data,
        }

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Event:
        return cls(raw["id"], raw["type"], raw["time"], raw["subject"], raw.get("data") or {})


def appended(history: tuple[Entry, ...], type: str, at: str, actor: str, data: dict[str, Any]) -> tuple[Entry, ...]:
    """The history with one more entry, numbered on from the last."""
    seq = history[-1].seq + 1 if history else 1
    return (*history, Entry(seq, type, at, actor, data))
