"""What time it is, for everything that is made here: read at each call, so that somebody else's clock may stand in."""

from __future__ import annotations

from datetime import datetime

from waybill.kernel.clock import utc_now as source


def utc_now() -> datetime:
    """The instant, in UTC."""
    return source()
