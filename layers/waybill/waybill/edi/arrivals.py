"""What S3 says in a message when a file was put: which files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus


def of(take: Callable[[str], object]) -> Callable[[dict[str, Any]], None]:
    """The handler of one message: S3's notifications name their files as in an address; its test message names none."""

    def handle(message: dict[str, Any]) -> None:
        for record in message.get("Records", ()):
            take(unquote_plus(record["s3"]["object"]["key"]))

    return handle
