"""What people see."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from waybill.bootstrap.channels import channel_conditions, drafts
from waybill.bootstrap.clock import utc_now
from waybill.bootstrap.fulfilment import work_moving
from waybill.bootstrap.orders import editing, orders
from waybill.bootstrap.payments import as_credit, by_hand, refunds

if TYPE_CHECKING:
    pass


def desk() -> Callable[[dict[str, Any], str], Any]:
    """The desk behind its two doors: an event and the function's own ARN in, a page out."""
    from waybill.aws import queues
    from waybill.desk.cashier import Cashier
    from waybill.desk.door import Doors
    from waybill.desk.editor import Editor
    from waybill.desk.foreman import Foreman
    from waybill.desk.taker import Taker

    cashier, foreman = Cashier(refunds(), by_hand(), as_credit()), Foreman(utc_now, work_moving, queues.send)
    return Doors(orders(), cashier, Taker(drafts), Editor(editing), foreman, lambda: channel_conditions(secrets=False), utc_now)
