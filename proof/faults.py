"""What may happen to a call that leaves a process."""

from __future__ import annotations


class Crash(BaseException):
    """The process dies here. A BaseException: no handler of ours may survive it."""
