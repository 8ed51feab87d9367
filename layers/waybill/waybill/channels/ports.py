"""What every kind of channel is to us: an Adapter, found by its kind in `registry`. Adding a channel is writing one (CONTRIBUTING.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from waybill.channels.imported import Imported
from waybill.kernel.clock import Clock
from waybill.kernel.errors import Unavailable, WaybillError
from waybill.shop.model import Channel

if TYPE_CHECKING:  # the door for orders tells nobody anything, and loads this
    from waybill.channels.model.levels import Heard, Levels
    from waybill.channels.model.shipment import Acceptance, Cancellation, Declined, GivenBack, Ready, Reduction, Refund, Shipment

ORDER, WORD, NOTHING = "order", "word", "nothing"
"""What a document carries: the whole order as it stands, word that an order has changed, nothing of an order."""


class ChannelRefused(WaybillError):
    """The channel answered that it will not have this. Nothing of ours will change its mind: the message ends as a dead letter."""

    status, code = 502, "channel_refused"

    def __init__(self, message: str, reply: Any = None) -> None:
        """`reply` is its answer (`aws.outbound.Reply`), where there was one."""
        super().__init__(message)
        self.reply = reply


class AskedToWait(Unavailable):
    """The channel is there and wants to be left alone for `seconds`."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class About:
    """What a document is about: which order, by the channel's own id of it, and what it `carries` of it."""

    carries: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """A webhook as it came, and what its signature is checked with. Header names are lower case; `now` is in seconds since 1970."""

    headers: Mapping[str, str]
    raw: bytes
    secrets: Sequence[str]
    channel: Channel
    now: int


@dataclass(frozen=True, slots=True)
class Hook:
    """A channel's webhooks. `signature` is the header that carries it; `topic` and `delivery` read what happened and the channel's own
    number of this event, the same over redeliveries ("" for none); `ping` knows the unsigned call that only tries the address."""

    signature: str
    verified: Callable[[Signed], bool]
    topic: Callable[[Mapping[str, str], Any], str]
    delivery: Callable[[Mapping[str, str], Any], str]
    ping: Callable[[bytes], bool] = lambda raw: False


@dataclass(frozen=True, slots=True)
class Notices:
    """Word that comes through a queue. `names` reads whom it names, which is the channel whose `setting` says the same; `topic` and `delivery` as
    of a webhook."""

    setting: str
    names: Callable[[Any], str]
    topic: Callable[[Any], str]
    delivery: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a channel's orders, whole, each with the channel's id of it. `next` is what to ask with for those after them; "" for none."""

    orders: tuple[tuple[str, Any], ...]
    next: str = ""


class Remote(Protocol):
    """One channel, as we call it. Each verb of telling may be called again after a crash at any point, and must not then tell twice
    if the channel lets it look first. What a channel has no word for is told in silence. Raises ChannelRefused, AskedToWait, Unavailable."""

    def accepted(self, acceptance: Acceptance) -> None: ...

    def ready(self, ready: Ready) -> None:
        """It waits at the store for its customer."""
        ...

    def shipped(self, shipment: Shipment) -> None: ...

    def cancelled(self, cancellation: Cancellation) -> None: ...

    def reduced(self, reduction: Reduction) -> None: ...

    def declined(self, declined: Declined) -> None:
        """A cancellation that came too late."""
        ...

    def given_back(self, given: GivenBack) -> None: ...

    def refund(self, refund: Refund) -> None:
        """Returns money that the channel holds. Asked for again under the same key it returns nothing more."""
        ...

    def stock(self, levels: Levels) -> Heard:
        """Shows these numbers from now on. Raises only where none of them is told."""
        ...

    def order(self, reference: str) -> Any:
        """The order as it stands, as a document. Raises NotFound."""
        ...

    def changed(self, since: str, until: str, next: str) -> Page:
        """Orders that were made or changed from `since` up to `until`, oldest change first where the channel can."""
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """With what a channel is called: its row in the shop, and what its secret says that we present."""

    channel: Channel
    credentials: Mapping[str, Any]
    clock: Clock


@dataclass(frozen=True, slots=True)
class Stock:
    """How a channel is told of stock by its own API: so many numbers `at_once`; `settings` without which it cannot be."""

    at_once: int
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adapter:
    """One kind of channel. `about` sorts a document by its topic; `normalise` reads one that is an order. `address` names the channel's
    setting with the address that we call, `remote` calls it; `needs` are the credentials without which nobody can; `settings` are those without
    which it is no channel. Word of its orders comes by `hook`, through a queue as `notices`, or by neither: then it is asked, on a schedule.
    `stock`: it has a word for that; `refunds`: it returns money when we ask for it."""

    kind: str
    about: Callable[[str, Any], About]
    normalise: Callable[[str, Any, str], Imported]
    hook: Hook | None = None
    address: str = ""
    remote: Callable[[Outgoing], Remote] | None = None
    needs: tuple[str, ...] = ()
    notices: Notices | None = None
    settings: tuple[str, ...] = ()
    stock: Stock | None = None
    refunds: bool = False
