"""Crashes before and after every call, answers that are lost, numbers that are taken: whoever repeats finishes it, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fulfilment.floor import Floor, floor
from tests.support.faults import AFTER, BEFORE, CrashAt, Recorder
from tests.support.world import Crash
from waybill.aws import gate
from waybill.fulfilment import buying, papers, printer
from waybill.fulfilment.service import load

Deed = Callable[[Floor, str], Any]
def deed(verb: str) -> Deed:
    if verb == "deliver":
        return lambda the, fo: the.scan(the.read(fo)["packages"][0], "delivered")
    if verb == "reject":
        return lambda the, fo: the.call("POST", f"/v1/fulfilment-orders/{fo}/reject", {"reason": "DAMAGED"})
    return lambda the, fo: the.call("POST", f"/v1/fulfilment-orders/{fo}/{verb}", {})


def bucket() -> dict[str, bytes]:
    from waybill.aws.clients import client

    s3 = client("s3")
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket="files").get("Contents", [])]
    return {key: s3.get_object(Bucket="files", Key=key)["Body"].read() for key in keys}


@pytest.mark.parametrize("verb", ["accept", "reject", "pick", "pack", "ship", "deliver"])
def test_a_crash_anywhere_and_a_repeat_end_as_if_nothing_had_been(verb: str) -> None:
    with floor() as the:
        smooth = _ready(the, verb)
        with gate.watching(Recorder()) as recorder:
            deed(verb)(the, smooth)
        ends = _end(the, smooth)
        for number in range(len(recorder.calls)):
            for moment in (BEFORE, AFTER):
                fo = _ready(the, verb)
                with gate.watching(CrashAt(number, moment)) as crash, pytest.raises(Crash):
                    deed(verb)(the, fo)
                the.restart()
                assert deed(verb)(the, fo).status in (200, 202), crash.struck
                assert _end(the, fo) == ends, crash.struck
                if verb == "pack":
                    _papers_fit(fo)


def _ready(the: Floor, verb: str) -> str:
    """Work for which the verb is next, and no function that remembers anything."""
    packed = verb in ("ship", "deliver")
    (fo,) = the.put_packed() if packed else the.put(alone=True)
    the.do(fo, *{"pick": ["accept"], "pack": ["accept", "pick"], "deliver": ["ship"]}.get(verb, []))
    the.restart()
    return fo


def _end(the: Floor, fo: str) -> tuple:
    return the.told(fo), the.status(fo), the.told_of_order(fo)


def _papers_fit(fo: str) -> None:
    """Each package's papers are there, and are what the real printer makes of it."""
    record, work = load(fo)
    for package in work.packages:
        for name, content in printer.printer(record, work, package).items():
            assert papers.read(fo, package.n, name)[0] == content


def test_what_a_verb_costs_is_one_query_and_one_write() -> None:
    with floor() as the:
        (fo,) = the.put()
        counted = {}
        for verb in ("accept", "pick", "pack", "ship"):
            with gate.watching(Recorder()) as recorder:
                the.do(fo, verb)
            counted[verb] = [name for name, detail in recorder.calls if detail.get("TableName") != "ShopTable"]
        assert counted["accept"] == counted["pick"] == ["dynamodb.Query", "dynamodb.PutItem"]
        assert counted["ship"] == ["dynamodb.Query", "dynamodb.TransactWriteItems"]
        assert [name for name in counted["pack"] if name != "dynamodb.BatchGetItem"] == ["dynamodb.Query", "dynamodb.PutItem", "s3.PutObject", "dynamodb.PutItem"]


def test_a_number_that_another_parcel_bears_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {"0": "PA0000000000000000", "1": "PA1111111111111111"}
    monkeypatch.setattr(buying, "tracking_number", lambda carrier, *said: numbers[said[-1]])
    with floor() as the:
        (first,), (second,) = the.put(), the.put()
        assert the.do(first, "accept", "pick", "pack")["packages"][0]["tracking_number"] == numbers["0"]
        assert the.do(second, "accept", "pick", "pack")["packages"][0]["tracking_number"] == numbers["1"]
        _papers_fit(first)
        _papers_fit(second)
        the.do(second, "ship")
        the.scan(the.read(second)["packages"][0], "delivered")
        assert (the.status(first)[1], the.status(second)[1]) == ("packed", "delivered")


def test_two_who_pack_the_same_work_differently_leave_one_set_of_labels() -> None:
    """The second packs while the first is between its papers and its record."""
    apart = {"packages": [{"lines": [{"line": "1", "quantity": 2}]}, {"lines": [{"line": "2", "quantity": 1}]}]}
    with floor() as the:
        (fo,) = the.put()
        the.do(fo, "accept", "pick")
        other = Meanwhile("s3.PutObject", lambda: the.call("POST", f"/v1/fulfilment-orders/{fo}/pack", apart))
        with gate.watching(other):
            first = the.do(fo, "pack")
        assert len(first["packages"]) == 2 and first["packages"] == other.answer.json()["packages"]
        assert the.told(fo).count("packed") == 1
        _papers_fit(fo)


class Meanwhile:
    """Just before the first call of a name, somebody else does something, once."""

    def __init__(self, name: str, deed: Callable[[], Any]) -> None:
        self.name = name
        self.deed: Callable[[], Any] | None = deed
        self.answer: Any = None

    def around(self, name: str, thunk: Callable[[], Any], detail: dict[str, Any]) -> Any:
        if name == self.name and self.deed is not None:
            deed, self.deed = self.deed, None
            self.answer = deed()
        return thunk()
