"""Codes against which goods are handed over."""

from __future__ import annotations

import secrets


def a_code() -> str:
    """Six digits that nobody can guess: they are in the customer's mail and in the record, and in no event."""
    return f"{secrets.randbelow(10**6):06d}"
