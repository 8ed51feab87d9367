"""What may happen to a fulfilment order next: one table. A verb that leads back to where the work stood names that state. Pure."""

from __future__ import annotations

from waybill.kernel.machine import Machine

NOT_ASKED = ("scheduled", "awaiting_approval")
"""Kept for its day, or put before a person: its node does not know of it."""
BEFORE_PACKED = ("requested", "accepted", "picking", "picked")
BEGUN = ("accepted", "picking", "picked", "packed")
ANSWERABLE = (*BEGUN, "partially_shipped", "on_hold")
"""In which of its states a node that wants to be asked is asked before the work is cancelled."""
PAUSABLE = (*NOT_ASKED, *BEFORE_PACKED, "packed")

MACHINE = Machine(
    "fulfilment order",
    "open",
    {
        ("open", "request"): "requested",
        ("open", "schedule"): "scheduled",
        ("open", "await approval"): "awaiting_approval",
        ("scheduled", "open"): "requested",
        ("scheduled", "reschedule"): "scheduled",
        ("awaiting_approval", "reschedule"): "awaiting_approval",
        ("awaiting_approval", "approve"): "requested",
        ("awaiting_approval", "approve for its day"): "scheduled",
        ("requested", "accept"): "accepted",
        ("accepted", "pick"): "picking",
        ("picking", "pick"): "picking",
        ("accepted", "finish picking"): "picked",
        ("picking", "finish picking"): "picked",
        ("picked", "finish picking"): "picked",
        ("picked", "pack"): "packed",
        ("packed", "unpack"): "picked",
        ("packed", "ship"): "shipped",
        ("packed", "ship a part"): "partially_shipped",
        ("partially_shipped", "ship"): "shipped",
        ("partially_shipped", "ship a part"): "partially_shipped",
        ("partially_shipped", "pack"): "partially_shipped",
        ("partially_shipped", "give up the rest"): "shipped",
        ("cancellation_requested", "give up the rest"): "shipped",
        ("shipped", "deliver"): "delivered",
        ("picked", "make ready"): "ready_for_pickup",
        ("shipped", "arrive"): "ready_for_pickup",
        ("ready_for_pickup", "collect"): "delivered",
        ("ready_for_pickup", "collect a part"): "ready_for_pickup",
        ("ready_for_pickup", "give up the rest"): "delivered",
        ("ready_for_pickup", "cancel"): "cancelled",
        ("cancellation_requested", "ship"): "shipped",
        ("cancellation_requested", "ship a part"): "partially_shipped",
        ("cancellation_requested", "cancel"): "cancelled",
        ("on_hold", "cancel"): "cancelled",
        **{(state, "reject"): "rejected" for state in (*NOT_ASKED, *BEFORE_PACKED)},
        **{(state, "cancel"): "cancelled" for state in PAUSABLE},
        **{(state, "ask to cancel"): "cancellation_requested" for state in ANSWERABLE},
        **{("cancellation_requested", f"go on {state}"): state for state in (*BEGUN, "partially_shipped")},
        **{(state, "hold"): "on_hold" for state in PAUSABLE},
        **{("on_hold", f"go on {state}"): state for state in PAUSABLE},
    },
)
CLOSED = ("delivered", "rejected", "cancelled")
LEFT = ("shipped", "delivered")
"""All its parcels have left the house."""
PARTLY_LEFT = ("partially_shipped", *LEFT)
WITHDRAWN_FROM = (*NOT_ASKED, "requested", "accepted")
