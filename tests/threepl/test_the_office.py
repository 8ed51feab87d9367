"""The played warehouse that speaks EDI, before the real folder: it knows what lies there and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from local.threepl.folder import Folder
from local.threepl.office import Office
from local.threepl.refusals import Refusals
from tests.edi.warehouse import SETTINGS, Warehouse, bucket
from tests.fulfilment.floor import floor
from waybill.aws.clients import client
from waybill.edi.model import documents, parsing
from waybill.fulfilment.service import load
from waybill.kernel.gs1 import check_digit
from waybill.orders.model.check import violations
from waybill.shop import store


@dataclass
class Played:
    """Both sides: the office on one, the shop on the other. `lost`: the office forgets between any two deeds."""

    reno: Warehouse
    folder: Path
    lost: bool = False
    _office: Office | None = None

    def office(self) -> Office:
        if self._office is None or self.lost:
            there = Folder(client("s3"), bucket(), "edi/reno")
            self._office = Office("reno", there, Refusals(self.folder / "rejections.json"), pace=0.0, say=lambda _: None)
        return self._office

    def work(self, rounds: int = 3) -> list[bool]:
        """The office looks, and S3 tells the shop of what was put there, a few times."""
        heard = []
        for _ in range(rounds):
            heard.append(self.office().round())
            for key in self.reno.inbox():
                assert self.reno.said(key) == []
        return heard

    def statuses(self) -> set[str]:
        """Of every interchange, both ways."""
        return {each["status"] for each in self.reno.shown()}


@pytest.fixture(params=[False, True], ids=["goes on", "restarts between any two rounds"])
def played(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Played]:
    with floor() as fresh:
        store.save(store.NODE, "reno", replace(store.node("reno"), kind="3pl", settings={"edi": SETTINGS}))
        store.save(store.CARRIER, "parcelway", replace(store.carrier("parcelway"), settings={"scac": "PCWY"}))
        store.forget()
        yield Played(Warehouse(fresh), tmp_path, request.param)


def asked(played: Played) -> str:
    (fo,) = played.reno.the.put()
    played.reno.asked(fo)
    return fo


def cancel(played: Played, fo: str, **body: object) -> None:
    reply = played.reno.the.call("POST", f"/v1/orders/{load(fo)[0].order.id}/cancel", {"reason": "changed their mind", **body}, who="support", idempotency_key=fo)
    assert reply.status in (200, 202), reply.content
    said = load(fo)[1].history[-1]
    played.reno.asked(fo, said.type, said.seq, **said.data)


def test_a_940_is_acknowledged_and_ships_under_the_warehouse_s_own_numbers(played: Played) -> None:
    fo = asked(played)
    heard = played.work()
    record, work = load(fo)
    (package,) = work.packages
    assert (work.status, work.units(), package.carrier) == ("shipped", {"1": 2, "2": 1}, "parcelway")
    assert package.tracking_number.startswith("LS") and len(package.sscc) == 18 and check_digit(package.sscc[:-1]) == package.sscc[-1]
    assert [entry.type.rpartition(".")[2] for entry in work.history][:2] == ["requested", "accepted"], "its 997 has taken the work"
    assert any(heard), "it hears that the shop has taken note, and the carrier has its parcels"
    assert (played.statuses(), played.office().folder.waiting(), played.reno.inbox()) == ({"acknowledged", "applied", "closed"}, [], [])
    assert violations(record.order, record.state, record.fulfilment_orders) == []


def test_what_is_missing_on_the_shelf_is_short_once(played: Played) -> None:
    played.office().refusals.ask("reno", "CUP", "NOT_IN_STOCK")
    first = asked(played)
    played.work()
    assert (load(first)[1].status, load(first)[1].units()) == ("shipped", {"1": 2})
    second = asked(played)
    played.work()
    assert (load(second)[1].status, load(second)[1].units()) == ("shipped", {"1": 2, "2": 1})


def test_an_advice_whose_order_could_not_be_taken_away_is_written_again_as_it_was(played: Played) -> None:
    played.office().refusals.ask("reno", "CUP", "NOT_IN_STOCK")
    fo = asked(played)
    (name,) = played.office().folder.waiting()
    text = played.office().folder.read(name)
    played.work()
    client("s3").put_object(Bucket=bucket(), Key=f"edi/reno/out/{name}", Body=text.encode())
    played.office().refusals.ask("reno", "CUP", "NOT_IN_STOCK")
    played.work()
    assert [entry.type for entry in load(fo)[1].history].count("fulfilment_order.shipped") == 1
    assert "refused" not in played.statuses()


def test_a_cancelled_order_that_has_not_left_is_given_up(played: Played) -> None:
    fo = asked(played)
    played.office().resting.add("reno")
    played.office().round() if not played.lost else None
    cancel(played, fo)
    played.office().resting.discard("reno")
    played.work()
    record, work = load(fo)
    assert (work.status, record.state.cancelled) == ("cancelled", True)
    assert played.office().folder.waiting() == []


def test_a_cancellation_that_comes_too_late_is_only_acknowledged(played: Played) -> None:
    fo = asked(played)
    office = played.office()
    office.round()
    assert office.folder.waiting() == []
    acknowledgement = next(key for key in played.reno.inbox() if "997" in key)
    assert played.reno.said(acknowledgement) == []
    cancel(played, fo)
    played.work()
    record, work = load(fo)
    assert (work.status, record.state.cancelled, played.office().folder.waiting()) == ("shipped", False, [])


def test_units_that_are_to_be_left_out_are(played: Played) -> None:
    fo = asked(played)
    there = played.office().folder
    (it,) = [parsing.read(there.read(name))[0] for name in there.waiting()]
    played.reno.acknowledge(it)
    cancel(played, fo, lines={"2": 1})
    played.work()
    record, work = load(fo)
    assert (work.status, work.units(), record.state.lines["2"].cancelled) == ("shipped", {"1": 2}, 1)


def test_a_file_that_nobody_can_read_stays_and_one_that_is_broken_is_refused(played: Played) -> None:
    asked(played)
    there = played.office().folder
    (name,) = there.waiting()
    broken = there.read(name).replace("SE*", "SE*9")
    there.take_away(name)
    for named, text in (("1.edi", "Dear Sirs"), ("2.edi", broken)):
        client("s3").put_object(Bucket=bucket(), Key=f"edi/reno/out/{named}", Body=text.encode())
    played.work()
    assert there.waiting() == ["1.edi"]
    assert played.statuses() == {"rejected", "applied"}, "its 997 was taken, and nothing was shipped"


def test_everything_that_it_writes_can_be_understood(played: Played) -> None:
    asked(played)
    played.office().round()
    texts = [client("s3").get_object(Bucket=bucket(), Key=key)["Body"].read().decode() for key in played.reno.inbox()]
    read = [it for text in texts for it in parsing.read(text)]
    assert sorted(each.kind for it in read for each in it.sets) == ["945", "997"]
    assert all(not it.problems and not documents.understood(each)[1] for it in read for each in it.sets)
