"""What the environment tells a function. Read when asked, so that importing needs no environment."""

from __future__ import annotations

import os


def setting(name: str) -> str:
    """A required setting. Raises KeyError naming it."""
    try:
        return os.environ[name]
    except KeyError:
        raise KeyError(f"the environment lacks {name}: see the function in template.yaml") from None


def stage() -> str:
    """`local`, `staging`, `prod`, …"""
    return os.environ.get("STAGE", "local")


def is_local() -> bool:
    return stage() == "local"
