"""CloudFormation refuses an alarm over an expression (`Metrics`), and with it the whole stack.

Here such an alarm watches the first metric of its expression: enough to deploy, to list and to show it. Nothing on the
laptop acts on alarms.
"""

from __future__ import annotations

from typing import Any


def close() -> None:
    from ministack.services.cloudformation import provisioners

    record = provisioners._cw_metric_alarm_record

    def metric_alarm_record(name: str, props: dict[str, Any]) -> Any:
        return record(name, with_first_metric(props))

    provisioners._cw_metric_alarm_record = metric_alarm_record


def with_first_metric(props: dict[str, Any]) -> dict[str, Any]:
    """The properties with the first metric of their expression in place of the expression."""
    stats = [entry["MetricStat"] for entry in props.get("Metrics") or [] if "MetricStat" in entry]
    if not stats:
        return props
    metric = stats[0]["Metric"]
    plain = {key: value for key, value in props.items() if key != "Metrics"}
    names = ("Namespace", "MetricName", "Dimensions")
    return {**plain, **{key: metric[key] for key in names if key in metric}, "Statistic": stats[0]["Stat"], "Period": stats[0]["Period"]}
