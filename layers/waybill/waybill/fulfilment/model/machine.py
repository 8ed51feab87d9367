"""What may happen to a fulfilment order next: one table. A verb that leads back to where the work stood names that state. Pure."""

from __future__ import annotations

from waybill.kernel.machine import Machine

BEFORE_PACKED = ("requested", "accepted", "picking", "picked")
BEGUN = ("accepted", "picking", "picked", "packed")
ANSWERABLE = (*BEGUN, "partially_shipped", "on_hold")
"""In which of its states a node that wants to be asked is asked before the work is cancelled."""
PAUSABLE = (*BEFORE_PACKED, "packed")

MACHINE = Machine(
    "fulfilment order",
    "requested",
    {
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
        **{(state, "reject"): "rejected" for state in BEFORE_PACKED},
        **{(state, "cancel"): "cancelled" for state in (*BEFORE_PACKED, "packed")},
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
WITHDRAWN_FROM = ("requested", "accepted")
