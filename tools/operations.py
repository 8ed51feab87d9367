"""Generates what the cloud console shows: `python -m tools.operations` writes ops/alarms.yaml and ops/dashboard.json and puts both
between the markers of template.yaml, if it has them; `--check` fails where one has drifted.

One table of alarms, each with its entry in docs/runbook.md; one dashboard, built from the template's own queues and functions.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from tools.alarms import ALARMS, Alarm, Metric
from tools.dashboard import body

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "template.yaml"
FRAGMENT = ROOT / "ops" / "alarms.yaml"
DASHBOARD = ROOT / "ops" / "dashboard.json"
BEGIN = "  # ── operations: made by `python -m tools.operations`, do not edit ──"
END = "  # ── end of operations ──"


def fragment() -> str:
    """Topic, alarms and dashboard as entries of the template's Resources."""
    parts = [_TOPIC, *(_alarm(alarm) for alarm in ALARMS), _dashboard()]
    return "\n".join([BEGIN, *parts, END]) + "\n"


_TOPIC = """  AlarmTopic:
    Type: AWS::SNS::Topic
  AlarmMail:
    Type: AWS::SNS::Subscription
    Condition: AlarmsGoOut
    Properties: {TopicArn: !Ref AlarmTopic, Protocol: email, Endpoint: !Ref AlarmEmail}"""


def _alarm(alarm: Alarm) -> str:
    lines = [
        f"  {alarm.id}:",
        "    Type: AWS::CloudWatch::Alarm",
        "    Properties:",
        f"      AlarmDescription: '{alarm.says} Runbook: docs/runbook.md#{alarm.entry}'",
        "      ComparisonOperator: GreaterThanOrEqualToThreshold",
        f"      Threshold: {alarm.threshold}",
        f"      EvaluationPeriods: {alarm.periods}",
        "      TreatMissingData: notBreaching",
        "      AlarmActions: [!Ref AlarmTopic]",
        "      OKActions: [!Ref AlarmTopic]",
    ]
    return "\n".join([*lines, *(_one(alarm) if len(alarm.metrics) == 1 else _several(alarm))])


def _one(alarm: Alarm) -> list[str]:
    metric = alarm.metrics[0]
    return [
        f"      Namespace: {metric.namespace}",
        f"      MetricName: {metric.name}",
        *_dimensions(metric, "      "),
        f"      Statistic: {alarm.statistic}",
        f"      Period: {alarm.seconds}",
    ]


def _several(alarm: Alarm) -> list[str]:
    """Metric math: CloudWatch takes up to ten metrics an alarm."""
    lines = ["      Metrics:", f"        - {{Id: all, Expression: '{alarm.math}', Label: {alarm.id}}}"]
    for number, metric in enumerate(alarm.metrics, 1):
        lines += [
            f"        - Id: m{number}",
            "          ReturnData: false",
            "          MetricStat:",
            f"            Stat: {alarm.statistic}",
            f"            Period: {alarm.seconds}",
            "            Metric:",
            f"              Namespace: {metric.namespace}",
            f"              MetricName: {metric.name}",
            *_dimensions(metric, "              "),
        ]
    return lines


def _dimensions(metric: Metric, indent: str) -> list[str]:
    if not metric.dimensions:
        return []
    pairs = ", ".join(f"{{Name: {name}, Value: {value}}}" for name, value in metric.dimensions)
    return [f"{indent}Dimensions: [{pairs}]"]


def _dashboard() -> str:
    text = json.dumps(body(ALARMS), separators=(",", ":"), ensure_ascii=False)
    return "\n".join(
        [
            "  Dashboard:",
            "    Type: AWS::CloudWatch::Dashboard",
            "    Properties:",
            "      DashboardName: !Sub 'waybill-${Stage}'",
            "      DashboardBody: !Sub >-",
            f"        {text}",
        ]
    )


def spliced(template: str) -> str:
    """The template with the fragment between its markers; the template itself where it has none."""
    pattern = re.escape(BEGIN) + r".*?" + re.escape(END) + r"\n"
    return re.sub(pattern, lambda _: fragment(), template, flags=re.S)


def files() -> dict[Path, str]:
    dashboard = json.dumps(body(ALARMS), indent=1, ensure_ascii=False) + "\n"
    return {FRAGMENT: fragment(), DASHBOARD: dashboard, TEMPLATE: spliced(TEMPLATE.read_text("utf-8"))}


def drift() -> list[str]:
    return sorted(path.name for path, text in files().items() if not path.exists() or path.read_text("utf-8") != text)


def main() -> Any:
    if "--check" in sys.argv:
        return sys.exit(f"{', '.join(drift())}: run `python -m tools.operations`") if drift() else None
    FRAGMENT.parent.mkdir(exist_ok=True)
    for path, text in files().items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    print(f"ops: {len(ALARMS)} alarms, {len(body(ALARMS)['widgets'])} widgets")


if __name__ == "__main__":
    main()
