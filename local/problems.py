"""What the person at the keyboard must do something about: one line, no stack trace."""

from __future__ import annotations


class Problem(Exception):
    """Stops the laptop cloud with its message as the only thing shown."""
