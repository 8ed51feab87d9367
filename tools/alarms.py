"""Every alarm, as one table: what it watches, when it goes off, and its entry in docs/runbook.md."""

from __future__ import annotations

from dataclasses import dataclass

QUEUES = ("Intake", "Waits", "Stock", "Payment", "Routing", "NodePush", "EdiIn", "Parcels", "Notifications", "Accounting", "ChannelAcks", "ChannelChanges", "Imports")
DEAD_LETTERS = (*(f"{name}DeadLetters" for name in QUEUES), "StreamFailuresQueue", "BusFailuresQueue")


GATEWAYS = ("stripe", "paypal", "adyen", "ledger")


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; a dimension's value is YAML of the template (`!Ref Api`) or a plain word."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Alarm:
    """Goes off when `statistic` over `seconds` reaches `threshold` in `periods` periods. Several metrics are joined by `math`
    (`m1`, `m2`, …). `entry` is the heading in the runbook."""

    id: str
    says: str
    entry: str
    metrics: tuple[Metric, ...]
    threshold: int = 1
    seconds: int = 300
    periods: int = 1
    statistic: str = "Sum"
    math: str = "SUM(METRICS())"


def _lambda(metric: str, function: str = "") -> Metric:
    return Metric("AWS/Lambda", metric, (("FunctionName", f"!Ref {function}Function"),) if function else ())


def _queue(metric: str, queue: str) -> Metric:
    return Metric("AWS/SQS", metric, (("QueueName", f"!GetAtt {queue}.QueueName"),))


def _machine(metric: str) -> Metric:
    return Metric("AWS/States", metric, (("StateMachineArn", "!Ref OrderMachine"),))


def _table(metric: str, table: str) -> Metric:
    return Metric("AWS/DynamoDB", metric, (("TableName", f"!Ref {table}Table"),))


def _own(metric: str, *dimensions: tuple[str, str]) -> Metric:
    return Metric("Waybill", metric, dimensions)


def _dead_letters(queue: str) -> Alarm:
    says = (
        "What the bus could not deliver."
        if "Bus" in queue
        else "A stream batch that no retry could save."
        if "Stream" in queue
        else "A message that its function could not handle."
    )
    name = queue.removesuffix("Queue") + ("" if queue.endswith("DeadLetters") else "DeadLetters")
    entry = "dead-letters-of-a-stream" if "Stream" in queue else "dead-letters-of-the-bus" if "Bus" in queue else "dead-letters"
    return Alarm(f"{name}Alarm", says, entry, (_queue("ApproximateNumberOfMessagesVisible", queue),), seconds=60, statistic="Maximum")


ALARMS = (
    *(_dead_letters(queue) for queue in DEAD_LETTERS),
    Alarm("OldestMessageAlarm", "A queue is not keeping up.", "age-of-the-oldest-message", tuple(_queue("ApproximateAgeOfOldestMessage", f"{name}Queue") for name in QUEUES if name not in ("Imports", "Parcels", "EdiIn")), threshold=900, statistic="Maximum", math="MAX(METRICS())"),
    Alarm("IntakeFailuresAlarm", "The doors answered 5xx or a door crashed.", "intake-5xx", (Metric("AWS/ApiGateway", "5xx", (("ApiId", "!Ref Api"),)), _lambda("Errors", "Intake")), seconds=60),
    Alarm("WorkflowFailedAlarm", "An order execution failed, timed out or was stopped.", "workflow-failed", tuple(_machine(f"Executions{how}") for how in ("Failed", "TimedOut", "Aborted"))),
    Alarm("ThrottlesAlarm", "Functions, state transitions or tables are being throttled.", "throttles", (_lambda("Throttles"), _machine("ExecutionThrottled"), *(_table("WriteThrottleEvents", name) for name in ("Orders", "Inventory", "Documents")))),
    Alarm("OutboxLagAlarm", "Events reach the bus more than a minute late.", "outbox-lag", (_lambda("IteratorAge", "Publisher"), _lambda("IteratorAge", "StockWorker")), threshold=60000, periods=3, seconds=60, statistic="Maximum", math="MAX(METRICS())"),
    Alarm("CaptureFailuresAlarm", "Goods have left and their money could not be taken.", "capture-failures", tuple(_own("CaptureFailures", ("gateway", name)) for name in GATEWAYS)),
    Alarm("GatewayCredentialsAlarm", "The gateway refuses our credentials.", "gateway-credentials", tuple(_own("GatewayCredentialsRefused", ("gateway", name)) for name in ("stripe", "paypal", "adyen"))),
    Alarm("GatewayDownAlarm", "A gateway does not answer: its payments wait, and go on by themselves.", "gateway-down", tuple(_own("GatewayDown", ("gateway", name)) for name in ("stripe", "paypal", "adyen"))),
    Alarm("CasesAlarm", "Our books and those of a gateway differ: money is at stake.", "reconciliation-cases", (_own("CasesOpen"),), seconds=3600, statistic="Maximum"),
    Alarm("PaymentCareAlarm", "Nobody finds the authorisations that are about to lapse: what looks for them is itself failing.", "payment-care", (_lambda("Errors", "PaymentCare"),), seconds=14400, periods=2),
    Alarm("PayoutsAlarm", "What holds our books against those of the gateways is itself failing.", "payouts", (_lambda("Errors", "Payouts"),), seconds=3600, periods=3),
    Alarm("GatewayWebhooksAlarm", "Webhooks of a gateway are refused: the signing secret is another one, or somebody tries the door.", "gateway-webhooks", tuple(_own("GatewayWebhooksRefused", ("gateway", name)) for name in ("stripe", "paypal", "adyen")), threshold=10),
    Alarm("OverdueOrdersAlarm", "Orders are past their deadline.", "orders-past-their-deadline", (_own("OrdersOverdue"),), statistic="Maximum", periods=2),
    Alarm("InvariantsAlarm", "An invariant does not hold in the stored data.", "invariant-violations", (_own("InvariantViolations"),), statistic="Maximum"),
    Alarm("BrokeringAlarm", "Orders wait for a brokering run that fails.", "brokering", (_lambda("Errors", "Brokering"),), seconds=900, periods=2),
    Alarm("ParcelsAlarm", "Nobody watches the parcels on their way, and labels that could not be bought are not tried again.", "parcels", (_lambda("Errors", "Parcels"),), periods=3),
    Alarm("CartsAlarm", "Carts whose time is over do not give their stock back.", "carts", (_lambda("Errors", "Carts"),), periods=3),
    Alarm("DraftsAlarm", "Drafts that were cut off are not placed, and those that are over know their people still.", "drafts", (_lambda("Errors", "Drafts"),), seconds=900, periods=2),
    Alarm("ListingAlarm", "Channels are told of stock late, or not at all.", "listing", (_lambda("Errors", "Listing"), _own("ChannelsBehind")), periods=3),
    Alarm("ChannelsUnreadAlarm", "A channel cannot be asked for its orders, or what asks is itself failing.", "channels-unread", (_lambda("Errors", "ChannelChanges"), _own("ChannelsNotRead")), periods=3),
    Alarm("DriftAlarm", "The documents of a channel have fields that they never had, or lack some that they always had.", "documents-drift", (_own("DocumentsDrifted"),), seconds=86400),
    Alarm("ImportsAlarm", "A spreadsheet of orders does not go on.", "imports", (_queue("ApproximateAgeOfOldestMessage", "ImportsQueue"),), threshold=900, statistic="Maximum"),
    Alarm("EdiUnansweredAlarm", "A warehouse has not acknowledged what we sent it, or what looks for that is itself failing.", "edi-unanswered", (_own("EdiUnanswered"), _lambda("Errors", "Edi")), seconds=900, periods=2, statistic="Maximum", math="MAX(METRICS())"),
    Alarm("EdiStoppedAlarm", "A document of a warehouse waits for a person: it could not be read, or not be applied, or was refused by them.", "edi-stopped", (_own("EdiStopped"),), seconds=900, statistic="Maximum"),
    Alarm("EdiInAlarm", "Files of a warehouse lie in its folder and are not taken.", "edi-stopped", (_queue("ApproximateAgeOfOldestMessage", "EdiInQueue"),), threshold=900, statistic="Maximum"),
    Alarm("ScarcityAlarm", "Stock is not priced for orders still to come.", "scarcity", (_lambda("Errors", "Scarcity"),), seconds=3600, periods=3),
    Alarm("ReconcilerAlarm", "What mends lost executions is itself failing.", "reconciler", (_lambda("Errors", "Reconciler"),), periods=2),
)  # fmt: skip
