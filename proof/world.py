"""The whole system in memory: the production handlers, unchanged, over a cloud that is a few dictionaries, a clock that somebody moves, and a
scheduler that decides what happens next. The same seed tells the same story."""

from __future__ import annotations

import itertools
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cache, partial
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

from proof.cloud import streams
from proof.cloud.built import Cloud, build, consumers, environment, pollers, rule
from proof.cloud.clock import Clock
from proof.cloud.sqs import Message, record
from proof.cloud.streams import Consumer
from proof.doors import Reply, function_for, request
from proof.faults import Crash
from proof.scheduler import InOrder, Move, Scheduler
from tests.support.functions import Functions
from tests.support.template import ROOT
from waybill.aws import clients, logs, secrets, tables
from waybill.fulfilment import codes
from waybill.kernel import clock as kernel_clock
from waybill.payments import wire
from waybill.shop import store as shop

_MOST_MOVES = 20_000


class World:
    """Made by `world()`. `call` knocks at the HTTPS door; `settle` lets everything that is under way happen."""

    def __init__(self, cloud: Cloud, scheduler: Scheduler) -> None:
        self.cloud, self.scheduler = cloud, scheduler
        self.invocations = 0
        self.most_at_once = 1
        """Messages of a queue to one invocation, at most, where the scheduler does not draw; the template's own batch sizes bound it too."""
        self.at_work = ""
        """The function that is running, by its folder: it makes every call that passes the gate meanwhile."""
        self.always_cold = False
        self.crashes: list[BaseException] = []
        self.errors: list[Exception] = []
        """What functions have raised: without a fault none does."""
        self.put_aside = 0
        """Changes that a stream's consumer could not process, however often."""
        self.others: list[Any] = []
        """What else has a state: whoever answers our calls. Each has `snapshot` and `restore`."""
        self._handlers: dict[str, Any] = {}
        self._consumers = {consumer.name: consumer for consumer in consumers(False)}
        self._pollers = {poller.queue: poller for poller in pollers()}
        self._polled = [(Move("queue", name), cloud.sqs.queues[name]) for name in self._pollers]

    # ── what happens from outside ──
    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, query: dict[str, str] | None = None) -> Reply:
        """One HTTP request through the route of the template that matches best."""
        return Reply(self.handler(function_for(method, path.partition("?")[0]))(request(method, path, body, headers, query), None))

    def handler(self, folder: str) -> Callable[[Any, Any], Any]:
        """The function, to be invoked once."""
        self.invocations += 1
        if self.always_cold:
            self.restart()
        if folder not in self._handlers:
            self._handlers[folder] = _load(folder)
        return partial(self._invoked, folder, self._handlers[folder])

    def tick(self, folder: str) -> Any:
        """The schedule of a function."""
        return self.safely(lambda: self.handler(folder)({"detail-type": "Scheduled Event"}, None))

    def restart(self) -> None:
        """Every warm function is gone, and what it kept of the shop and the secrets: the next call is a cold start."""
        self._handlers.clear()
        shop.forget()
        secrets.forget()

    def died(self, crash: BaseException) -> None:
        """A function is gone, and what it kept; the others are as warm as before."""
        self.crashes.append(crash)
        shop.forget()
        secrets.forget()

    # ── time ──
    def now(self) -> datetime:
        return self.cloud.clock.now()

    def later(self, seconds: float) -> None:
        """Time passes, and with it what has a time of its own: waits that end, messages that nobody came for. Nothing is run."""
        if seconds > 0:
            self.cloud.clock.later(seconds)
            self.cloud.machine.expire()
            self.cloud.sqs.expire()

    # ── what happens by itself ──
    def settle(self) -> int:
        """Until nothing moves but what was asked to wait: a message that came back is waited for, one sent with a delay is not. Answers how much moved."""
        for moved in range(_MOST_MOVES):
            moves = self.moves()
            if moves:
                self.make(self.scheduler.next(moves))
            elif (again := self._comes_back()) is not None:
                self.later(again - self.cloud.clock.seconds)
            else:
                return moved
        raise AssertionError(f"the world does not come to rest within {_MOST_MOVES} moves")

    def moves(self) -> list[Move]:
        """What could happen now, in a fixed order."""
        now, tables_ = self.cloud.clock.seconds, self.cloud.dynamodb.tables
        found = [Move("stream", name) for name, each in self._consumers.items() if tables_[each.table].written > each.position]
        found += [move for move, queue in self._polled if queue.messages and queue.has_visible(now)]
        found += [Move("step", name) for name in self.cloud.machine.ready]
        return found

    def make(self, move: Move) -> None:
        """One of the moves."""
        make = self._poll if move.kind == "queue" else self._hear if move.kind == "stream" else self.cloud.machine.step
        make(move.what)

    def deliver(self, queue: str, messages: list[Message]) -> Any:
        """One invocation with these; what it does not name as failed is gone from the queue, the rest comes back."""
        function = self._pollers[queue].function
        answer = self.safely(lambda: self.handler(function)({"Records": [record(message, queue) for message in messages]}, None))
        if answer is not None:
            failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
            for message in messages:
                if message.id not in failed:
                    self.cloud.sqs.delete(self.cloud.sqs.queues[queue], message.receipt)
        return answer

    def safely(self, work: Callable[[], Any]) -> Any:
        """A crash takes the function with it and nothing else, an error only its work; what it was doing is delivered again."""
        try:
            return work()
        except Crash as crash:
            self.died(crash)
        except Exception as error:  # noqa: BLE001  (as Lambda does)
            self.errors.append(error)
        return None

    # ── looking ──
    @property
    def machine(self) -> Any:
        return self.cloud.machine

    def mails(self) -> list[str]:
        """Raw mails sent so far."""
        return [mail.raw.decode() if isinstance(mail.raw, bytes) else mail.raw for mail in self.cloud.ses.sent]

    def consumers(self) -> list[Consumer]:
        """Who reads the streams, and where each of them stands."""
        return list(self._consumers.values())

    def dead_letters(self) -> dict[str, int]:
        """How many messages lie in each dead-letter queue, by the queue they were for; empty ones left out."""
        counts = {name: len(self.cloud.sqs.queues[self.cloud.sqs.queues[name].settings.dead].messages) for name in self._pollers}
        return {name: depth for name, depth in counts.items() if depth}

    def come_back(self, soon: int) -> bool:
        """Where nothing moves, the messages that somebody has had come back: those had at most `soon` times at once, else time passes until the next one can.
        Answers whether there was one."""
        waiting = [(queue, each) for name in self._pollers for queue in [self.cloud.sqs.queues[name]] for each in queue.messages.values() if each.receipt]
        early = [(queue, each) for queue, each in waiting if each.received <= soon]
        for queue, each in early:
            queue.messages[each.id] = each._replace(visible_at=self.cloud.clock.seconds)
        if waiting and not early:
            self.later(min(each.visible_at for _, each in waiting) - self.cloud.clock.seconds)
        return bool(waiting)

    def tell_channels(self) -> None:
        """From now on the streams are heard too that a deployment must switch on (`TellChannels`), from the oldest change that is still there."""
        new = (each for each in consumers(True) if each.name not in self._consumers)
        self._consumers |= {each.name: each._replace(position=self.cloud.dynamodb.tables[each.table].dropped) for each in new}

    def tell_accepted(self) -> None:
        """From now on channels hear of every confirmed order (`TellAccepted`)."""
        self.cloud.bus.add(rule("AcceptancesRule"))

    def snapshot(self) -> Any:
        turn = getattr(self.scheduler, "turn", 0)
        return self.cloud.snapshot(), self._consumers.copy(), self.invocations, self.put_aside, [other.snapshot() for other in self.others], turn

    def restore(self, taken: Any) -> None:
        """Everything is as it was then; functions are warm as they are."""
        self.cloud.restore(taken[0])
        self._consumers, self.invocations, self.put_aside = taken[1].copy(), taken[2], taken[3]
        for other, kept in zip(self.others, taken[4], strict=True):
            other.restore(kept)
        if isinstance(self.scheduler, InOrder):
            self.scheduler.turn = taken[5]
        self.crashes.clear()
        self.errors.clear()
        shop.forget()

    def _invoked(self, folder: str, real: Any, event: Any, context: Any) -> Any:
        before, self.at_work = self.at_work, folder
        try:
            return real(event, context)
        except Crash:
            self._handlers.pop(folder, None)
            raise
        finally:
            self.at_work = before

    def _comes_back(self) -> float | None:
        """When the next message can be had again that somebody has had and not deleted."""
        queues = (self.cloud.sqs.queues[name] for name in self._pollers)
        return min((m.visible_at for queue in queues for m in queue.messages.values() if m.receipt), default=None)

    def _poll(self, name: str) -> None:
        poller, queue = self._pollers[name], self.cloud.sqs.queues[name]
        visible = queue.visible(self.cloud.clock.seconds)
        ids = self.scheduler.batch([message.id for message in visible], min(poller.batch, self.scheduler.most or self.most_at_once))
        messages = self.cloud.sqs.take(queue, ids)
        if messages:
            self.deliver(name, messages)

    def _hear(self, name: str) -> None:
        consumer = self._consumers[name]
        table = self.cloud.dynamodb.tables[consumer.table]
        changes = table.since(consumer.position, consumer.most or consumer.batch)
        records = [streams.record(change, table) for change in changes]
        given = streams.wanted(consumer, records)
        answer = self.safely(lambda: self.handler(consumer.function)({"Records": given}, None)) if given else {"batchItemFailures": []}
        if answer is not None and not answer["batchItemFailures"]:
            self._consumers[name] = consumer.heard(len(changes))
        else:
            failed = answer["batchItemFailures"][0]["itemIdentifier"] if answer else ""
            done = next((n for n, each in enumerate(records) if each["dynamodb"]["SequenceNumber"] == failed), 0)
            self._consumers[name], aside = consumer.failed(len(changes), done)
            self.put_aside += aside
        table.forget(min(each.position for each in self._consumers.values() if each.table == consumer.table))


_READ_A_CLOCK = (secrets, shop, wire, logs)


@contextmanager
def world(scheduler: Scheduler | None = None, seed: int = 0, lag: Callable[[], int] = lambda: 0, others: tuple[ModuleType, ...] = ()) -> Iterator[World]:
    """A fresh world in which everything that is drawn or read off a clock comes from `seed` and from virtual time, also in these `others`."""
    clock, draw = Clock(), random.Random(seed)
    random.seed(seed)
    made = World(build(clock, lag), scheduler or InOrder())
    clients.forget()
    secrets.forget()
    shop.forget()
    for service, stand_in in made.cloud.services.items():
        clients.substitute(service, stand_in)
    clients.substitute("lambda", Functions(made.handler))
    numbers = itertools.count(1)
    named = SimpleNamespace(token_urlsafe=lambda size=12: f"w{next(numbers):011d}", token_bytes=draw.randbytes)
    times = SimpleNamespace(time=clock.time, monotonic=clock.monotonic)
    instants = SimpleNamespace(now=clock.now, fromisoformat=datetime.fromisoformat)
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, environment()))
        for module in (*_READ_A_CLOCK, *others):
            stack.enter_context(patch.object(module, "time", times))
        stack.enter_context(patch.object(kernel_clock, "datetime", instants))
        stack.enter_context(patch.object(tables, "secrets", named))
        stack.enter_context(patch.object(codes, "secrets", SimpleNamespace(randbelow=draw.randrange)))
        stack.callback(shop.forget)
        stack.callback(secrets.forget)
        stack.callback(clients.forget)
        yield made
    made.crashes.clear()  # they know of the frames in which they came, and those of the world: it would go round in a circle
    made.errors.clear()


_numbers = itertools.count(1)


def _load(folder: str) -> Any:
    """A cold start: the function's module anew, what it imports as it is."""
    name = f"functions_{folder}_{next(_numbers)}"
    module = sys.modules[name] = ModuleType(name)
    try:
        exec(_code(folder), module.__dict__)  # noqa: S102
    finally:
        del sys.modules[name]
    return module.handler


@cache
def _code(folder: str) -> Any:
    path = ROOT / "functions" / folder / "app.py"
    return compile(path.read_text(), str(path), "exec", dont_inherit=True)
