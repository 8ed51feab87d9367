"""A gateway that is down is not called: a circuit breaker in front of the gateways, shared by all workers.

One item a gateway in the Messages table, pk `GATEWAY#<name>`. A closed circuit is believed for a while without looking, so that the
breaker costs a quiet worker nothing; an open one is read at every call, so that the first answer sets all going again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from waybill.aws.logs import count, logger
from waybill.aws.tables import Table, WriteConflict, commit
from waybill.aws.tables import replace as put_over
from waybill.kernel.clock import Clock
from waybill.kernel.errors import Unavailable, WaybillError
from waybill.kernel.plain import plain
from waybill.payments.model import circuit as verbs
from waybill.payments.model.circuit import Circuit
from waybill.payments.notices import Dispute
from waybill.payments.ports import Demand, Gateway, NotNow, Returned, Standing

MESSAGES = Table("MESSAGES_TABLE")
_BELIEVED = timedelta(seconds=15)
_MOST_TRIES = 4
T = TypeVar("T")


class Circuits(Protocol):
    """Where circuits are kept."""

    def of(self, gateway: str) -> Circuit:
        """A closed one where nothing is kept."""
        ...

    def save(self, circuit: Circuit) -> bool:
        """Over the version that was read. False where somebody else was first."""
        ...


class CircuitTable:
    """`Circuits` in the Messages table."""

    def of(self, gateway: str) -> Circuit:
        item = MESSAGES.get(f"GATEWAY#{gateway}")
        return Circuit(**{name: item[name] for name in Circuit.__slots__}) if item else Circuit(gateway)

    def save(self, circuit: Circuit) -> bool:
        item = {"pk": f"GATEWAY#{circuit.gateway}", **plain(replace(circuit, version=circuit.version + 1))}
        try:
            commit(put_over(MESSAGES, item, circuit.version))
        except WriteConflict:
            return False
        return True


class Breaker:
    """The circuit of one gateway as one worker sees it."""

    def __init__(self, gateway: str, circuits: Circuits, clock: Clock) -> None:
        self._gateway, self._circuits, self._clock = gateway, circuits, clock
        self._seen = Circuit(gateway)
        self._looked: datetime | None = None

    def call(self, thunk: Callable[[], T]) -> T:
        """One call of the gateway. Raises NotNow instead where the gateway is down, also where this very call finds that it still is: a message whose turn
        it is to try, time after time, is not to become a dead letter for that. Else whatever the call raises."""
        trial = self._enter()
        try:
            answer = thunk()
        except Unavailable as problem:
            self._note(lambda circuit: verbs.failed(circuit, self._clock(), trial))
            if trial:
                raise NotNow(self._gateway, "down", self._seen.pause_s) from problem
            raise
        except WaybillError:
            self._worked()
            raise
        self._worked()
        return answer

    def _enter(self) -> bool:
        """Whether this call is the trial."""
        now = self._clock()
        if self._looked is None or self._seen.open or now - self._looked > _BELIEVED:
            self._look(now)
        if not self._seen.open:
            return False
        waits = self._seen.waits(now)
        if waits == 0 and self._keep(verbs.claimed(self._seen, now)):
            return True
        raise NotNow(self._gateway, "down", waits or self._seen.pause_s)

    def _worked(self) -> None:
        if self._seen.failures:
            self._note(verbs.worked)

    def _note(self, verb: Callable[[Circuit], Circuit]) -> None:
        """Best effort: a failure that is not counted is followed by another one."""
        for _ in range(_MOST_TRIES):
            self._look(self._clock())
            before, after = self._seen, verb(self._seen)
            if after == before or self._keep(after):
                self._tell(before, after)
                return

    def _tell(self, before: Circuit, after: Circuit) -> None:
        if after.open and after != before:
            logger.warning("gateway is down", gateway=self._gateway, failures=after.failures, since=after.since)
            count("GatewayDown", gateway=self._gateway)
        elif before.open and not after.open:
            logger.info("gateway is back", gateway=self._gateway, since=before.since)

    def _look(self, now: datetime) -> None:
        self._seen, self._looked = self._circuits.of(self._gateway), now

    def _keep(self, circuit: Circuit) -> bool:
        if not self._circuits.save(circuit):
            return False
        self._seen = replace(circuit, version=circuit.version + 1)
        return True


class Guarded:
    """A gateway behind its breaker."""

    def __init__(self, gateway: Gateway, breaker: Breaker) -> None:
        self.name, self.allows = gateway.name, gateway.allows
        self._gateway, self._call = gateway, breaker.call

    def begin(self, demand: Demand, key: str, since: str = "") -> tuple[str, Standing]:
        """Only where `allows.at_once`."""
        return self._call(lambda: self._gateway.begin(demand, key, since))  # type: ignore[attr-defined]

    def prepare(self, demand: Demand, key: str) -> str:
        """Only where not `allows.at_once`."""
        return self._call(lambda: self._gateway.prepare(demand, key))  # type: ignore[attr-defined]

    def authorise(self, reference: str, key: str) -> Standing:
        """Only where not `allows.at_once`."""
        return self._call(lambda: self._gateway.authorise(reference, key))  # type: ignore[attr-defined]

    def capture(self, reference: str, amount: int, currency: str, key: str, final: bool = True) -> Standing:
        return self._call(lambda: self._gateway.capture(reference, amount, currency, key, final))

    def void(self, reference: str, key: str) -> Standing:
        return self._call(lambda: self._gateway.void(reference, key))

    def refund(self, reference: str, amount: int, currency: str, key: str) -> Returned:
        return self._call(lambda: self._gateway.refund(reference, amount, currency, key))

    def look_up(self, reference: str) -> Standing:
        return self._call(lambda: self._gateway.look_up(reference))

    def find_refund(self, reference: str, key: str) -> Returned | None:
        return self._call(lambda: self._gateway.find_refund(reference, key))

    def order_of(self, reference: str) -> str:
        return self._call(lambda: self._gateway.order_of(reference))

    def disputes(self, reference: str) -> tuple[Dispute, ...]:
        return self._call(lambda: self._gateway.disputes(reference))

    def renew(self, reference: str, amount: int, currency: str, key: str) -> str:
        """Only where `allows.renewal`."""
        return self._call(lambda: self._gateway.renew(reference, amount, currency, key))  # type: ignore[attr-defined]


class Breakers(Mapping[str, Gateway]):
    """The gateways, those that are somebody else's behind their breakers; `circuits` outlive a call, the gateways need not."""

    def __init__(self, gateways: Mapping[str, Gateway], circuits: Circuits, clock: Clock, ours: frozenset[str] = frozenset({"ledger"})) -> None:
        self._gateways, self._ours = gateways, ours
        self._breakers = {name: Breaker(name, circuits, clock) for name in gateways}

    def __getitem__(self, name: str) -> Gateway:
        gateway = self._gateways[name]
        return gateway if name in self._ours else Guarded(gateway, self._breakers[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._gateways)

    def __len__(self) -> int:
        return len(self._gateways)
