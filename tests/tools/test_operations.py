from __future__ import annotations

import json
import re

import pytest
import yaml

from tests.support.template import ROOT, _Loader, resources, template
from tools import alarms, operations
from tools.dashboard import body

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
CODE = "\n".join(path.read_text("utf-8") for path in (ROOT / "layers" / "waybill" / "waybill").rglob("*.py"))


def test_the_committed_alarms_and_dashboard_are_what_the_tables_say() -> None:
    assert operations.drift() == [], "run `python -m tools.operations`"


def test_every_alarm_has_its_entry_in_the_runbook() -> None:
    entries = set(re.findall(r"^## (.+)$", RUNBOOK, re.M))
    assert {alarm.entry for alarm in alarms.ALARMS} <= entries
    for entry in {alarm.entry for alarm in alarms.ALARMS}:
        text = RUNBOOK.split(f"## {entry}\n")[1].split("\n## ")[0]
        assert all(part in text for part in ("**Means.**", "**See.**", "**Do.**")), entry


def test_every_link_of_the_runbook_leads_to_an_entry() -> None:
    entries = set(re.findall(r"^## (.+)$", RUNBOOK, re.M))
    assert set(re.findall(r"\]\(#([^)]+)\)", RUNBOOK)) <= entries


def test_every_command_of_the_runbook_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", RUNBOOK, re.M)) <= targets
    assert set(re.findall(r"\$\(res (\w+)\)", RUNBOOK)) <= set(template()["Resources"])
    assert set(re.findall(r"\$\(out (\w+)\)", RUNBOOK)) <= set(template()["Outputs"])


def test_every_queue_of_the_template_is_watched() -> None:
    queues = set(resources("AWS::SQS::Queue"))
    assert queues == {f"{name}Queue" for name in alarms.QUEUES} | set(alarms.DEAD_LETTERS)


def test_an_alarm_joins_at_most_ten_metrics() -> None:
    assert all(1 <= len(alarm.metrics) <= 10 for alarm in alarms.ALARMS)
    assert len({alarm.id for alarm in alarms.ALARMS}) == len(alarms.ALARMS)


def test_the_fragment_is_yaml_and_names_what_the_template_has() -> None:
    fragment = yaml.load(operations.fragment(), Loader=_Loader)  # noqa: S506 (a SafeLoader with CloudFormation's tags)
    known = set(template()["Resources"]) | set(fragment) | set(template()["Parameters"]) | {"AWS::Region"}
    assert {name for name in _named(fragment)} <= known
    text = json.dumps(fragment["Dashboard"])
    assert set(re.findall(r"\$\{([\w:]+)", text)) <= known


def test_the_dashboard_shows_the_desk_and_every_alarm_without_overlap() -> None:
    widgets = body(alarms.ALARMS)["widgets"]
    assert any(widget["type"] == "custom" for widget in widgets)
    shown = next(widget for widget in widgets if widget["type"] == "alarm")["properties"]["alarms"]
    assert len(shown) == len(alarms.ALARMS)
    cells = [(x, y) for w in widgets for x in range(w["x"], w["x"] + w["width"]) for y in range(w["y"], w["y"] + w["height"])]
    assert len(cells) == len(set(cells)) and max(x for x, _ in cells) < 24


@pytest.mark.parametrize("name", sorted({metric.name for alarm in alarms.ALARMS for metric in alarm.metrics if metric.namespace == "Waybill"}))
def test_every_metric_of_ours_that_an_alarm_watches_is_counted_somewhere(name: str) -> None:
    assert re.search(rf'count\(\s*"{name}"', CODE), f"nobody counts {name}"


def _named(value: object) -> set[str]:
    """Logical ids in Ref and GetAtt."""
    if isinstance(value, dict):
        own = {value["Ref"]} if "Ref" in value else {value["Fn::GetAtt"][0]} if "Fn::GetAtt" in value else set()
        return own.union(*map(_named, value.values()))
    return set().union(*map(_named, value)) if isinstance(value, list) else set()
