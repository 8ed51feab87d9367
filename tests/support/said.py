"""What a real client says of itself: its operations by name, and its errors. For whoever stands in for one."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session


@cache
def said_by(service: str) -> tuple[Any, Any]:
    """Its `meta` and its `exceptions`. To make a client costs more than most tests."""
    real = botocore.session.get_session().create_client(service, region_name="us-east-1")
    return real.meta, real.exceptions
