"""Who looks, what they see and what they may do."""

from __future__ import annotations

from dataclasses import dataclass

_STAFF = frozenset(("viewer", "support", "finance", "admin"))
_ACTING = frozenset(("support", "admin"))
_REFUNDING = frozenset(("support", "finance", "admin"))
_APPROVING = frozenset(("finance", "admin"))


@dataclass(frozen=True, slots=True)
class Visitor:
    """`channel` narrows everything to one channel's orders; empty means the whole shop."""

    name: str
    roles: tuple[str, ...]
    channel: str = ""

    @property
    def may_act(self) -> bool:
        return bool(_ACTING & set(self.roles))

    @property
    def may_refund(self) -> bool:
        """Ask for a refund, try one or a payment again; what is above the limit waits for a second person."""
        return bool(_REFUNDING & set(self.roles))

    @property
    def may_approve(self) -> bool:
        """Let another's refund be paid, or reject it; note money that came outside."""
        return bool(_APPROVING & set(self.roles))

    @property
    def may_take(self) -> bool:
        """Take orders on the phone, and see those of others: they are full of people."""
        return self.sees_shop and bool(_REFUNDING & set(self.roles))

    @property
    def sees_shop(self) -> bool:
        """Stock and parked documents are the whole shop's."""
        return not self.channel

    def sees(self, channel: str) -> bool:
        return self.channel in ("", channel)


def visitor(name: str, roles: tuple[str, ...], scope: str) -> Visitor | None:
    """A visitor for an API key: staff see the shop, a channel's key its own orders; None for any other key."""
    if "channel" in roles and scope and "admin" not in roles:
        return Visitor(name or scope, roles, scope)
    if _STAFF & set(roles):
        return Visitor(name or scope or roles[0], roles, scope)
    return None
