"""What routing needs from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from waybill.kernel.events import Entry
from waybill.orders.model.state import State
from waybill.orders.store import Record
from waybill.routing.model.claim import Claim
from waybill.routing.model.decision import Available, Site, Split, Unrouted
from waybill.routing.model.rulebook import Kept
from waybill.routing.model.rules import RuleSet


@dataclass(frozen=True, slots=True)
class Work:
    """A fulfilment order to be made: these units of these lines at this node, whose carrier may take so many days (`Site.within`), leaving on a
    day (`Site.leaves`). `group`: the ship group that it is of. `not_before`: the day before which the node is not asked, "" for none."""

    fo_id: str
    node: str
    lines: Mapping[str, int]
    within: int = 0
    leaves: str = ""
    group: str = ""
    not_before: str = ""


class Orders(Protocol):
    """The Orders table."""

    def load(self, order_id: str) -> Record:
        """Raises NotFound."""

    def remember_wait(self, order_id: str, state_name: str, token: str, at: str, entered: str = "") -> bool:
        """Keeps the token on which the execution waits."""

    def pool(self, order_id: str, placed_at: str) -> None:
        """Puts it among those that wait for the next brokering run."""

    def save(self, record: Record, state: State) -> None:
        """STATE alone. Raises Conflict."""

    def commit(self, record: Record, state: State, work: Iterable[Work], receipt: Mapping[str, Any], at: str) -> None:
        """STATE, the new fulfilment orders and the next decision, all or nothing. Raises Conflict."""


class Stock(Protocol):
    """The order's claim on stock, and what is still free."""

    def claim(self, order_id: str) -> Claim:
        """All that the order's reservation holds, nothing being under way any more."""

    def free(self, skus: Iterable[str], channel: str) -> Available:
        """{sku: {node: units}} that an order of this channel may still reserve."""

    def move(self, order_id: str, node: str, lines: Mapping[str, int], plan: Split, cause: str, reason: str = "") -> None:
        """A node gives units up (`reason`: that of a rejection whose units are gone or not fit), others reserve by `plan` {line: {node: units}}, all of it or nothing.
        Nobody gives where `node` is empty. Once for each `cause`. Raises OrderCancelled, IllegalTransition."""


class Sites(Protocol):
    """The shop's nodes as an order sees them."""

    def sites(self, record: Record) -> list[Site]:
        """Every node with its tariff to the order's address; closed ones barred, and those that a person has ruled out."""

    def lines(self, record: Record, units: Mapping[str, int]) -> tuple[Unrouted, ...]:
        """These units of the order with their SKUs and weights; only what ships."""

    def facts(self, record: Record) -> dict[str, Any]:
        """What rules may ask of the order (`conditions.ORDER_FIELDS`); nothing that tells who the customer is."""

    def tariffs(self) -> dict[str, str]:
        """The version of each carrier's tariff."""


class Rules(Protocol):
    """The shop's rule sets."""

    def active(self) -> RuleSet:
        """Those that stand; the built-in ones while the shop has none."""


class RuleSets(Protocol):
    """The shop's rule sets, for those who write them (`rules_table`)."""

    def pointer(self) -> dict[str, Any]:
        """{"active", "last", "version"}: which stands, the last number given."""

    def kept(self, version: int) -> Kept:
        """Raises NotFound."""

    def all(self) -> list[Kept]:
        """Newest first."""

    def add(self, raw: dict[str, Any], entry: Entry) -> Kept:
        """A new draft. Raises InvalidInput."""

    def save(self, after: Kept) -> None:
        """Raises Conflict."""

    def activate(self, pointer: dict[str, Any], after: Kept, before: Kept | None) -> None:
        """All or nothing. Raises Conflict."""


class Decisions(Protocol):
    """Decisions that were taken."""

    def one(self, decision_id: str) -> dict[str, Any]:
        """Its receipt. Raises NotFound."""

    def latest(self, most: int, since: str = "") -> list[tuple[str, dict[str, Any]]]:
        """(order id, receipt) of the newest orders, newest first; of those decided after `since` alone."""

    def with_attributes(self, receipts: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
        """The same, with all that rules may ask of the orders' attributes."""


class Tokens(Protocol):
    """Answers the task on which an execution waits (`waybill.aws.workflow`)."""

    def succeed(self, token: str, output: dict[str, Any]) -> bool: ...
    def fail(self, token: str, error: str, cause: str = "") -> bool: ...
