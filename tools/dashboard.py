"""The CloudWatch dashboard's body, for `Fn::Sub`: 24 columns, the desk on top, then the flow from left to right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tools.alarms import DEAD_LETTERS, GATEWAYS, QUEUES, Alarm

Widget = dict[str, Any]
_STATES = ("received", "confirmed", "released", "shipped", "delivered", "completed", "held", "backordered", "cancelled")
_TABLES = ("Orders", "Documents", "Inventory", "Ledger", "Shop", "Messages")
_FUNCTIONS = ("Intake", "IntakeWorker", "Imports", "StockWorker", "Waits", "Orders", "Payment", "GatewayHooks", "Finance", "PaymentCare", "Payouts", "Cases", "StockProof", "Brokering", "Carts", "Listing", "Scarcity", "Routing", "Rules", "Fulfilment", "Picking", "Labels", "Carriers", "Parcels", "NodePush", "Edi", "Notifications", "AccountingWorker", "ChannelAcks", "ChannelChanges", "Publisher", "Reconciler", "Desk")  # fmt: skip


def body(alarms: Iterable[Alarm]) -> dict[str, Any]:
    """`${…}` are the template's own resources; everything else is plain."""
    rows = [
        [_alarms(alarms)],
        [_desk()],
        [_orders(), _payments()],
        [_queue_ages(), _dead_letters()],
        [_workflows(), _doors(), _lags()],
        [_trouble(), _cost()],
        [_errors()],
    ]
    return {"start": "-PT6H", "periodOverride": "auto", "widgets": list(_placed(rows))}


def _placed(rows: list[list[Widget]]) -> Iterable[Widget]:
    y = 0
    for row in rows:
        width = 24 // len(row)
        for place, widget in enumerate(row):
            yield {**widget, "x": place * width, "y": y, "width": width}
        y += max(widget["height"] for widget in row)


def _alarms(alarms: Iterable[Alarm]) -> Widget:
    arns = [f"${{{alarm.id}.Arn}}" for alarm in alarms]
    return {"type": "alarm", "height": 3, "properties": {"title": "Alarms", "sortBy": "stateUpdatedTimestamp", "alarms": arns}}


def _desk() -> Widget:
    updates = {"refresh": True, "resize": False, "timeRange": False}
    return {
        "type": "custom",
        "height": 12,
        "properties": {"title": "Order desk", "endpoint": "${DeskFunction.Arn}", "updateOn": updates, "params": {}},
    }


def _orders() -> Widget:
    return _graph("Orders by what happened to them", [["Waybill", "Events", "type", f"order.{state}", {"label": state}] for state in _STATES])


def _payments() -> Widget:
    events = [
        ["Waybill", "Events", "type", f"payment.{state}", {"label": state}]
        for state in ("authorised", "declined", "captured", "recorded", "voided", "refunded")
    ]
    failed = [["Waybill", "CaptureFailures", "gateway", name, {"label": f"capture failed: {name}", "color": "#d62728"}] for name in GATEWAYS]
    return _graph("Payments", [*events, *failed])


def _queue_ages() -> Widget:
    metrics = [["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", f"${{{name}Queue.QueueName}}", {"label": name}] for name in QUEUES]
    return _graph("Age of the oldest message, s", metrics, stat="Maximum")


def _dead_letters() -> Widget:
    metrics = [
        [
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            "QueueName",
            f"${{{name}.QueueName}}",
            {"label": name.removesuffix("DeadLetters").removesuffix("Queue")},
        ]
        for name in DEAD_LETTERS
    ]
    return _graph("Dead letters", metrics, stat="Maximum")


def _workflows() -> Widget:
    return _graph(
        "Executions",
        [
            ["AWS/States", f"Executions{how}", "StateMachineArn", "${OrderMachine}", {"label": how.lower()}]
            for how in ("Started", "Succeeded", "Failed", "TimedOut", "Aborted")
        ],
    )


def _doors() -> Widget:
    calls = [["AWS/ApiGateway", name, "ApiId", "${Api}", {"label": label}] for name, label in (("Count", "calls"), ("4xx", "4xx"), ("5xx", "5xx"))]
    return _graph("Doors", [*calls, ["AWS/ApiGateway", "Latency", "ApiId", "${Api}", {"label": "p99, ms", "stat": "p99", "yAxis": "right"}]])


def _lags() -> Widget:
    return _graph(
        "Outbox lag, ms",
        [
            ["AWS/Lambda", "IteratorAge", "FunctionName", f"${{{name}Function}}", {"label": label}]
            for name, label in (("Publisher", "events"), ("StockWorker", "stock"))
        ],
        stat="Maximum",
    )


def _trouble() -> Widget:
    errors = [["AWS/Lambda", "Errors", "FunctionName", f"${{{name}Function}}", {"label": name}] for name in _FUNCTIONS]
    own = [
        ["Waybill", name, {"label": label, "yAxis": "right"}]
        for name, label in (
            ("OrdersOverdue", "overdue orders"),
            ("InvariantViolations", "invariants broken"),
            ("CasesOpen", "cases open"),
            ("WorkflowsRestarted", "workflows restarted"),
        )
    ]
    return _graph("Errors by function; overdue, broken, restarted", [*errors, *own])


def _cost() -> Widget:
    """An estimate from list prices (us-east-1, arm64, on demand): dollars of five minutes over the orders received in them."""
    hidden = {"visible": False}
    writes = [
        ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", f"${{{name}Table}}", {"id": f"w{n}", **hidden}] for n, name in enumerate(_TABLES)
    ]
    reads = [
        ["AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", f"${{{name}Table}}", {"id": f"r{n}", **hidden}] for n, name in enumerate(_TABLES)
    ]
    time = [["AWS/Lambda", "Duration", "FunctionName", f"${{{name}Function}}", {"id": f"d{n}", **hidden}] for n, name in enumerate(_FUNCTIONS)]
    sent = [
        ["AWS/SQS", "NumberOfMessagesSent", "QueueName", f"${{{name}Queue.QueueName}}", {"id": f"q{n}", **hidden}] for n, name in enumerate(QUEUES)
    ]
    steps = ["AWS/States", "ConsumedCapacity", "ServiceMetric", "StateTransition", {"id": "s0", **hidden}]
    orders = ["Waybill", "Events", "type", "order.received", {"id": "o0", **hidden}]
    sums = [
        f"{_sum('w', len(writes))}*0.000000625",
        f"{_sum('r', len(reads))}*0.000000125",
        f"{_sum('d', len(time))}*0.0000000033333",
        f"{_sum('q', len(sent))}*0.0000012",
        "FILL(s0,0)*0.000025",
    ]
    total = {"expression": " + ".join(sums), "id": "total", "label": "dollars", "yAxis": "right"}
    each = {"expression": "1000 * total / o0", "id": "each", "label": "dollars for 1,000 orders"}
    return _graph("Cost, estimated from list prices", [[each], [total], *writes, *reads, *time, *sent, steps, orders])


def _sum(letter: str, count: int) -> str:
    return "(" + "+".join(f"FILL({letter}{number},0)" for number in range(count)) + ")"


def _errors() -> Widget:
    sources = " | ".join(f"SOURCE '/aws/lambda/${{{name}Function}}'" for name in _FUNCTIONS)
    query = f"{sources} | filter level = 'ERROR' | fields @timestamp, function, message, exception, order_id, message_id, problem | sort @timestamp desc | limit 40"
    return {"type": "log", "height": 8, "properties": {"title": "Latest errors", "query": query, "region": "${AWS::Region}", "view": "table"}}


def _graph(title: str, metrics: list[Any], stat: str = "Sum") -> Widget:
    properties = {
        "title": title,
        "region": "${AWS::Region}",
        "view": "timeSeries",
        "stat": stat,
        "period": 300,
        "metrics": metrics,
        "yAxis": {"left": {"min": 0}},
    }
    return {"type": "metric", "height": 7, "properties": properties}
