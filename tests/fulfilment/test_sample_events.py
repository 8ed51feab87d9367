"""The files of events/ that `sam local invoke` takes too: each through its function, on work that it fits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fulfilment.floor import Floor, floor
from tests.support.template import ROOT
from tests.support.world import Reply

NAMED = "fo_abcdefghijklmnopqrst-1"
READY = {"pick_in_part": ["accept"], "pack_all": ["accept", "pick"], "pack_two_parcels": ["accept", "pick"]}
PACKED = ("ship", "label_zpl", "packing_slip")
FILES = sorted(file for folder in ("fulfilment", "labels") for file in (ROOT / "events" / folder).glob("*.json"))


@pytest.fixture(scope="module")
def the() -> Iterator[Floor]:
    with floor() as fresh:
        yield fresh


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_sample_event_is_answered(the: Floor, file: Path) -> None:
    (fo,) = the.put(alone=True)
    the.do(fo, *(["accept", "pick", "pack"] if file.stem in PACKED else READY.get(file.stem, [])))
    event = json.loads(file.read_text().replace(NAMED, fo))
    reply = Reply(the.world.handler(file.parent.name)(event, None))
    assert reply.status == (401 if file.stem == "tracking_unsigned" else 200), reply.content


def test_there_is_a_sample_of_every_function() -> None:
    assert {file.parent.name for file in FILES} == {"fulfilment", "labels"}
