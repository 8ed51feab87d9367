"""A channel's secrets, changed by people: a new one beside the former, the former taken away, what we present replaced. Each change is one write that
carries its own line of history, in the secret itself; no secret is ever shown again.

`waybill/<stage>/channels`: `<channel>` what signs to us, the newest first; `<channel>/outbound` what we present; `<channel>/changes` who did what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from waybill.aws import secrets
from waybill.channels import registry
from waybill.channels.connecting import signing
from waybill.channels.model.signature import can_sign
from waybill.kernel.clock import Clock, instant
from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.shop import store as shop

MOST_LIVE = 2
_SHORTEST, _LONGEST = 16, 512
_MOST_CHANGES = 8
_SECRET, _SIGNS = "channels", "signing_secret"
Kept = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rotating:
    """`make` answers a new secret that nobody can guess."""

    make: Callable[[], str]
    clock: Clock

    def add(self, channel_id: str, given: str, by: str) -> tuple[str, Kept]:
        """The new one first, the former kept; "" makes one. Answers it, and how the secrets stand. Adding the newest again changes nothing. Raises
        NotFound, InvalidInput, IllegalTransition where two are live already."""
        shop.channel(channel_id)
        new = given or self.make()
        if not _SHORTEST <= len(new) <= _LONGEST or not new.isascii() or not new.isprintable() or new != new.strip():
            raise InvalidInput("the secret cannot be so", fields={"use": f"{_SHORTEST} to {_LONGEST} printable characters, no blanks around them"})

        def added(kept: Kept) -> Kept:
            live = signing(kept, channel_id)
            if live[:1] == [new]:
                return kept
            if new in live or len(live) >= MOST_LIVE:
                raise IllegalTransition(f"{channel_id} has two live secrets: take one away first, /secrets/older or, if it was never put to use, /secrets/newer")
            return self._noted(kept, channel_id, [new, *live], "a secret was added", by)

        return new, secrets.change(_SECRET, added)

    def retire(self, channel_id: str, which: str, by: str) -> Kept:
        """Takes the older of two away, or the newer, which then was never put to use. Raises NotFound, IllegalTransition where only one is live."""
        shop.channel(channel_id)

        def without(kept: Kept) -> Kept:
            live = signing(kept, channel_id)
            if len(live) < MOST_LIVE:
                raise IllegalTransition(f"{channel_id} has {len(live)} live secret: without it nobody could sign")
            rest = live[:1] if which == "older" else live[1:]
            return self._noted(kept, channel_id, rest, f"the {which} secret was taken away", by)

        return secrets.change(_SECRET, without)

    def present(self, channel_id: str, given: Mapping[str, Any], by: str) -> Kept:
        """What we present when we call it: those that are named are replaced, None takes one away. Raises NotFound, InvalidInput by field."""
        _refuse_wrong(shop.channel(channel_id).kind, given)

        def replaced(kept: Kept) -> Kept:
            before = kept.get(f"{channel_id}/outbound") or {}
            after = {name: value for name, value in {**before, **given}.items() if value is not None}
            if after == before:
                return kept
            names = ", ".join(sorted(name for name in {*before, *after} if before.get(name) != after.get(name)))
            return self._noted({**kept, f"{channel_id}/outbound": after}, channel_id, signing(kept, channel_id), f"outbound was changed: {names}", by)

        return secrets.change(_SECRET, replaced)

    def _noted(self, kept: Kept, channel_id: str, live: list[str], did: str, by: str) -> Kept:
        line = {"at": instant(self.clock()), "by": by, "did": did}
        changes = [line, *kept.get(f"{channel_id}/changes", [])][:_MOST_CHANGES]
        return {**kept, channel_id: live, f"{channel_id}/changes": changes}


def shown(kept: Kept, channel_id: str) -> dict[str, Any]:
    """How many are live, what we present by name, and who has changed what. None of them."""
    outbound, changes = kept.get(f"{channel_id}/outbound") or {}, kept.get(f"{channel_id}/changes", [])
    return {"channel": channel_id, "live": len(signing(kept, channel_id)), "outbound": sorted(outbound), "changes": changes}


def _refuse_wrong(kind: str, given: Mapping[str, Any]) -> None:
    known = {*registry.adapter(kind).needs, _SIGNS}
    wrong = {f"{name}"[:100]: f"is not one of {', '.join(sorted(known))}" for name in given if name not in known}
    wrong |= {name: "is a text of 1 to 4096 characters, or null" for name, value in given.items() if name in known and not _can_be_presented(value)}
    signs = given.get(_SIGNS)
    if isinstance(signs, str) and _SIGNS not in wrong and not (len(signs) >= _SHORTEST and can_sign(signs)):
        wrong[_SIGNS] = f"has at least {_SHORTEST} characters; one that begins with whsec_ is base64"
    if wrong or not given:
        raise InvalidInput(f"a channel of kind {kind} is called with {', '.join(sorted(known))}", fields=wrong or {"body": "names none of them"})


def _can_be_presented(value: Any) -> bool:
    return value is None or (isinstance(value, str) and 0 < len(value) <= 4096 and value.isprintable() and value == value.strip())
