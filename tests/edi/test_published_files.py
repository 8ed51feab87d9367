"""Files that others have published: the good ones are read, of a broken one every fault is named where it stands."""

from __future__ import annotations

import pytest

from tests.edi.judge import sample, strictly
from waybill.edi.model import acknowledgement, documents, parsing
from waybill.edi.model.x12 import Interchange, Party, written
from waybill.kernel.errors import Malformed

_GOOD = {
    "ediengine_850_OK": (1, 1, 1),
    "ediengine_856_Crossdock_OK": (1, 1, 1),
    "ediengine_940_OK": (1, 1, 1),
    "ediengine_MultipleInterchangesAndGroups": (2, 4, 6),
    "edinet_214-MGCTLYST-SAMPLE": (1, 1, 1),
    "edinet_990-MGCTLYST-SAMPLE": (1, 1, 1),
    "edinet_x12_214": (1, 1, 1),
    "edinet_x12_810a": (1, 1, 1),
}
_BROKEN = {
    "ediengine_940_Failed_SE01": ["SE01 (segment 9): there are 9 segments, from ST to SE [set error 4]"],
    "ediengine_ControlNumbersMismatch": [
        "IEA02 (segment 9): the control number differs from ISA13, 000003438 [interchange error 001]",
        "GE02 (segment 8): the control number differs from GS06, 3314 [group error 4]",
        "SE02 (segment 5): the control number differs from ST02, 0001 [set error 3]",
    ],
    "ediengine_WrongGroupsAndTranCount": [
        "IEA01 (segment 9): there are 1 groups [interchange error 021]",
        "GE01 (segment 8): there are 1 transaction sets [group error 5]",
    ],
    "edinet_x12_850": ["IEA02 (segment 15): the control number differs from ISA13, 000000055 [interchange error 001]"],
    "edinet_204-MGCTLYST-SAMPLE": ["SE01 (segment 38): there are 38 segments, from ST to SE [set error 4]"],
    "edinet_x12_832": ["SE01 (segment 12): there are 12 segments, from ST to SE [set error 4]"],
}


@pytest.mark.parametrize("name", _GOOD)
def test_a_good_file_is_read_whole_and_nothing_is_wrong_in_its_envelopes(name: str) -> None:
    read = parsing.read(sample(name))
    groups = [group for it in read for group in it.groups]
    assert (len(read), len(groups), sum(len(group.sets) for group in groups)) == _GOOD[name]
    assert _told(read) == []


@pytest.mark.parametrize("name", _BROKEN)
def test_every_fault_of_a_broken_file_is_named_where_it_stands(name: str) -> None:
    assert _told(parsing.read(sample(name))) == _BROKEN[name]


def test_the_published_940_is_understood() -> None:
    (it,) = parsing.read(sample("ediengine_940_OK"))
    order, wrong = documents.understood(it.sets[0])
    assert wrong == []
    assert (order.number, order.order_number, order.ship_to["city"], order.ship_to["region"]) == ("538686", "", "CITY", "CA")
    assert [(item.sku, item.units, item.unit) for item in order.items] == [("000100", 12, "CA"), ("000200", 32, "CA"), ("000300", 12, "CA")]


def test_the_published_856_is_understood_pack_by_pack() -> None:
    (it,) = parsing.read(sample("ediengine_856_Crossdock_OK"))
    notice, wrong = documents.understood(it.sets[0])
    assert wrong == []
    assert [(pack.order, pack.sscc, dict(pack.units)) for pack in notice.packs] == [
        ("POREF00", "000715670002152360"[-18:], {"0000000000642": 12}),
        ("POREF00", "000715670002152377"[-18:], {"0000000000831": 12}),
        ("POREF00", "000715670002152384"[-18:], {"0000000000283": 12}),
        ("POREF00", "000715670002152391"[-18:], {"0000000000203": 12}),
        ("POREF01", "000715670002152111"[-18:], {"0000000000642": 12}),
    ]
    assert (notice.number, notice.shipped, notice.expected, notice.carrier) == ("000009", "2009-09-21", "2009-09-25", "OVNT")


def test_a_940_of_nothing_is_refused_for_the_segments_it_lacks() -> None:
    (it,) = parsing.read(sample("ediengine_940_W05_Only"))
    _, wrong = documents.understood(it.sets[0])
    assert [str(problem) for problem in wrong] == [
        "LX (segment 3): a 940 has at least one [segment error 3]",
        "W01 (segment 3): a 940 has at least one [segment error 3]",
    ]


@pytest.mark.parametrize("name", [*_GOOD, *_BROKEN])
def test_where_the_outside_parser_reads_a_file_we_read_the_same_segments(name: str) -> None:
    """Of several interchanges it gives us the first."""
    text = sample(name)
    (verdict,) = strictly([text])
    ours = [[each.kind, [[segment.tag, *segment.elements] for segment in each.segments]] for each in parsing.read(text)[0].sets]
    if verdict["refused"]:
        assert name in _BROKEN or name in ("edinet_x12_214", "edinet_x12_810a", "ediengine_MultipleInterchangesAndGroups"), verdict["refused"]
    else:
        assert _trimmed(verdict["sets"]) == _trimmed(ours)


@pytest.mark.parametrize("name", [*_GOOD, *_BROKEN])
def test_each_group_is_answered_by_a_997_that_the_outside_parser_takes(name: str) -> None:
    for it in parsing.read(sample(name)):
        text = written(_answer(it))
        assert strictly([text])[0]["refused"] == ""
        (answer,) = parsing.read(text)
        verdicts = [acknowledgement.read(each) for each in answer.sets]
        assert [(each.functional, each.control) for each in verdicts] == [(group.functional, group.control) for group in it.groups]
        broken = bool(it.problems or any(group.problems or any(each.problems for each in group.sets) for group in it.groups))
        assert any(each.status != "A" for each in verdicts) or not broken


def test_a_997_names_the_segment_the_element_and_the_code() -> None:
    (it,) = parsing.read(sample("ediengine_940_Failed_SE01"))
    (answer,) = parsing.read(written(_answer(it)))
    assert [" ".join((each.tag, *each.elements)) for each in answer.sets[0].segments] == [
        "AK1 OW 9221",
        "AK2 940 20066",
        "AK3 W01 5  8",
        "AK4 1  1",
        "AK4 2  4 1",
        "AK4 3  4 EA",
        "AK5 R 4 5",
        "AK9 R 1 1 0",
    ]


@pytest.mark.parametrize("text", ["", "   \n", "hello", "ISA", "ISA*00*", "ISA" + "*" * 200, "UNB+UNOA:1+A+B+200101:0000+1'", "{}", "ISA*00*a*00*b*ZZ*c*ZZ*d*1*2*U*4*5*0*P*>"])
def test_what_does_not_begin_as_an_interchange_is_refused_in_words(text: str) -> None:
    with pytest.raises(Malformed):
        parsing.read(text)


def _answer(it: Interchange) -> Interchange:
    found = [{each.control: documents.understood(each)[1] for each in group.sets} if group.functional == "OW" else {} for group in it.groups]
    bodies = [("997", acknowledgement.write(group, wrong, it.problems)) for group, wrong in zip(it.groups, found, strict=True)]
    return documents.enclosed(Party("US"), it.sender, 7, "202611292130", bodies)


def _told(read: list[Interchange]) -> list[str]:
    every = [problem for it in read for problem in (*it.problems, *(p for group in it.groups for p in (*group.problems, *(q for each in group.sets for q in each.problems))))]
    return [str(problem) for problem in every]


def _trimmed(sets: list[list]) -> list[list]:
    return [[kind, [[value.strip() for value in row] for row in rows]] for kind, rows in sets]
