"""The report says what was tried, what held and what did not: nothing that was not tried is said to hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from proof import invariants, tasks
from proof.report import Report, write
from proof.stories import STORIES
from proof.tasks import PARTS, PLANTED, Done, Task, done
from waybill import proof
from waybill.proof.facts import WriteFacts

MORE = {"power cuts": "a laptop cloud that loses its power"}
ALL = {**PARTS, **MORE}


def _pieces(*but: str) -> list[Done]:
    asked = {"I1 to I4": 5, "I2, I4": 7, **{f"I{number}": 3 for number in range(5, 31)}}
    return [Done(part, "a piece", 10, 1.5, asked=asked) for part in ALL if part not in but]


def _said(tmp_path: Path, pieces: list[Done]) -> tuple[dict[str, Any], str]:
    page = write(Report(7, "2026-11-24T08:00:00+00:00", 90.0, pieces, MORE), tmp_path)
    return json.loads((tmp_path / "report.json").read_text()), page.read_text()


def test_where_all_was_tried_and_nothing_is_broken_everything_held(tmp_path: Path) -> None:
    said, page = _said(tmp_path, _pieces())
    assert (said["verdict"], said["not_tried"], said["broken"]) == ("holds", [], [])
    assert "Everything held" in page and "not tried" not in page and "not asked" not in page


def test_a_violation_is_the_verdict_and_stands_at_its_rule_its_part_and_in_words(tmp_path: Path) -> None:
    bad = Done("soak", "seeds from 1", 10, 1.0, ["seed 3:\n  I9 ord_1: 2 × CHARGE <at> the gateway"])
    said, page = _said(tmp_path, [*_pieces("soak"), bad])
    assert said["verdict"] == "broken"
    assert {rule["number"]: rule["broken"] for rule in said["invariants"] if rule["broken"]} == {9: 1}
    assert {part["name"]: part["broken"] for part in said["parts"] if part["broken"]} == {"soak": 1}
    assert "1 thing did not hold" in page and "Rules named: I9" in page and "2 × CHARGE &lt;at&gt; the gateway" in page
    assert "Everything held" not in page


@pytest.mark.parametrize("left_out", [[], [Done("soak", "seeds from 1", 0, 0.1)]])
def test_a_part_that_was_not_tried_is_not_said_to_hold(tmp_path: Path, left_out: list[Done]) -> None:
    said, page = _said(tmp_path, [*_pieces("soak"), *left_out])
    assert (said["verdict"], said["not_tried"]) == ("in part", ["soak"])
    assert "Everything held" not in page
    assert "What was tried held" in page and "Not tried, and so not said to hold: soak." in page


def test_a_part_of_which_pieces_are_left_is_not_said_to_hold(tmp_path: Path) -> None:
    page = write(Report(7, "2026-11-24T08:00:00+00:00", 90.0, _pieces(), MORE, {"soak": 20, "races": 1}), tmp_path).read_text()
    said = json.loads((tmp_path / "report.json").read_text())
    assert (said["verdict"], said["not_tried"]) == ("in part", ["19 of 20 pieces of soak"])
    assert "What was tried held" in page and "not tried: 19 of 20 pieces of soak" in page and "Everything held" not in page


def test_every_piece_is_planned_in_each_part_of_which_it_tries_one() -> None:
    wanted = tasks.tasks([*PARTS], 1, 20, 100_000, 0.1)
    assert set(tasks.planned(wanted)) == set(PARTS)
    assert tasks.planned(wanted)["one fault"] == tasks.planned(wanted)["three faults"] == len(STORIES)


def test_a_rule_that_was_not_asked_is_said_not_to_have_been(tmp_path: Path) -> None:
    pieces = [Done(part, "a piece", 10, 1.0, asked={"I1": 2}) for part in ALL]
    said, page = _said(tmp_path, pieces)
    assert [rule["asked"] for rule in said["invariants"]] == [2 * len(ALL)] + [0] * 29
    assert page.count("not asked") == 29


def test_each_rule_has_its_sentence_and_how_it_is_asked(tmp_path: Path) -> None:
    said, _ = _said(tmp_path, _pieces())
    assert [rule["number"] for rule in said["invariants"]] == list(range(1, 31))
    assert all(rule["says"] and rule["how"] for rule in said["invariants"])


def test_how_often_a_rule_was_asked_is_the_sum_over_the_pieces(tmp_path: Path) -> None:
    said, _ = _said(tmp_path, _pieces())
    times = {rule["number"]: rule["asked"] for rule in said["invariants"]}
    assert (times[1], times[2], times[4], times[30]) == (5 * len(ALL), 12 * len(ALL), 12 * len(ALL), 3 * len(ALL))


def test_faults_are_told_by_kind_and_those_of_the_soak_apart(tmp_path: Path) -> None:
    pieces = _pieces("soak", "two faults")
    pieces += [Done("two faults", "delivered", 5, 1.0, faults={"throttle": 5}), Done("soak", "seeds from 1", 5, 1.0, faults={"throttle": 2})]
    said, _ = _said(tmp_path, pieces)
    assert {each["kind"]: (each["points"], each["drawn"]) for each in said["faults"]}["throttle"] == (5, 2)


def _journal_changed() -> tasks.Tried:
    entry = {"pk": "ORDER#1", "sk": "JE#1", "postings": []}
    return 1, [str(each) for each in proof.check_write(WriteFacts("LedgerTable", entry, None))]


def test_a_piece_says_what_it_asked_and_one_with_a_planted_bug_does_not() -> None:
    (piece,) = done(Task("soak", "a journal", _journal_changed))
    assert piece.asked == {"I13": 1} and invariants.named(piece.broken[0]) == {13}
    (planted,) = done(Task(PLANTED, "a journal", _journal_changed))
    assert planted.asked == {}


def test_what_falls_over_has_not_held() -> None:
    def falls() -> tasks.Tried:
        raise KeyError("books_scenes")

    (piece,) = done(Task("soak", "falls", falls))
    assert piece.tried == 0 and "fell over" in piece.broken[0] and "books_scenes" in piece.broken[0]
