"""What the expanded template allows to whom, beside what they were seen to do: what is missing, what nobody uses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from tests.support.cloud import ACCOUNT, MACHINE, REGION
from tests.support.expanded import expanded
from tests.support.iam_actions import Need, arn, queue_arn
from tests.support.machine import StateMachine
from tests.support.template import resources, template

ORDER_MACHINE = "OrderMachine"


class Grant(NamedTuple):
    """One action on one resource that a principal's own policies allow. `who`: a function's folder, or the machine's logical id."""

    who: str
    action: str
    resource: str

    def covers(self, call: Call) -> bool:
        return (self.who, self.action) == (call.who, call.need.action) and fnmatchcase(call.need.resource, self.resource)


class Call(NamedTuple):
    """Something that somebody did, under the name by which it passed the gate."""

    who: str
    name: str
    need: Need

    def __str__(self) -> str:
        return f"{self.who} calls {self.name}: not allowed {self.need.action} on {self.need.resource}"


def missing(calls: Iterable[Call], grants: Iterable[Grant]) -> list[str]:
    """The calls that AWS would refuse."""
    known = list(grants)
    return sorted(str(call) for call in calls if not any(grant.covers(call) for grant in known))


def unused(calls: Iterable[Call], grants: Iterable[Grant]) -> list[str]:
    """What is allowed and was never done."""
    done = list(calls)
    idle = [grant for grant in grants if not any(grant.covers(call) for call in done)]
    return sorted(f"{who} is allowed {action} on {resource} and never does it" for who, action, resource in idle)


def granted() -> list[Grant]:
    """Everything that the template's inline policies allow, action by action and resource by resource."""
    return [grant for who, row in _rows() if row["Effect"] == "Allow" for grant in _granted(who, row)]


def documents() -> dict[str, dict[str, Any]]:
    """Each role's inline policies as one document, every reference resolved: what a judge of IAM can read."""
    found: dict[str, list[dict[str, Any]]] = {}
    for who, row in _rows():
        (where,) = row.keys() & {"Resource", "NotResource"}
        rest = {name: row[name] for name in ("Effect", "Sid") if name in row}
        found.setdefault(who, []).append({**rest, "Action": _listed(row["Action"]), where: [resolved(each) for each in _listed(row[where])]})
    return {who: {"Version": "2012-10-17", "Statement": rows} for who, rows in found.items()}


def roles() -> dict[str, dict[str, Any]]:
    """Properties of the role of every function (by its folder) and of the machine."""
    found, after = template()["Resources"], expanded()["Resources"]
    owners = {name: _folder(resource) for name, resource in found.items() if resource["Type"] == "AWS::Serverless::Function"}
    owners |= {name: name for name in resources("AWS::Serverless::StateMachine")}
    return {owner: after[_role_of(after[name]["Properties"])]["Properties"] for name, owner in owners.items()}


def fences() -> dict[str, dict[str, frozenset[str]]]:
    """What a role's own policies deny everywhere else: the one resource that is left, and the actions, by who and resource."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for who, row in _rows():
        if row["Effect"] == "Deny":
            found.setdefault(who, {})[resolved(row["NotResource"])] = frozenset(row["Action"])
    return found


def managed() -> dict[str, set[str]]:
    """AWS's own policies that a role has, by who."""
    return {who: {policy.rpartition("/")[2] for policy in role.get("ManagedPolicyArns", ())} for who, role in roles().items()}


def sources() -> dict[str, set[str]]:
    """The queues and streams whose messages Lambda hands to a function, by its folder."""
    found: dict[str, set[str]] = {}
    for who, mapping in _mappings():
        found.setdefault(who, set()).add(resolved(mapping["EventSourceArn"]))
    return found


def of_the_service() -> list[Call]:
    """What Lambda does under a function's role apart from its code: a record that failed for good goes to its destination."""
    destinations = [(who, mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")) for who, mapping in _mappings()]
    return [Call(who, "a failed record", Need("sqs:SendMessage", resolved(there))) for who, there in destinations if there]


def of_the_machine() -> list[Call]:
    """What the states of the order's machine do, read off its definition."""
    (properties,) = resources("AWS::Serverless::StateMachine").values()
    named = properties["DefinitionSubstitutions"]
    calls = []
    for state in StateMachine().definition["States"].values():
        if state["Type"] == "Task":
            integration = state["Resource"].removeprefix("arn:aws:states:::").partition(".")[0]
            queue = named[state["Parameters"]["QueueUrl"].strip("${}")]
            calls.append(Call(ORDER_MACHINE, integration, Need(_INTEGRATIONS[integration], queue_arn(queue["Ref"]))))
    return calls


_INTEGRATIONS = {"sqs:sendMessage": "sqs:SendMessage"}


_KNOWN = ({"Effect", "Action", "Resource"}, {"Effect", "Action", "NotResource"})


def _rows() -> list[tuple[str, dict[str, Any]]]:
    """Every statement of every role's inline policies. Raises for one that this module would not understand."""
    rows = [(who, row) for who, role in roles().items() for policy in role.get("Policies", ()) for row in policy["PolicyDocument"]["Statement"]]
    for who, row in rows:
        if set(row) - {"Sid"} != _KNOWN[row["Effect"] == "Deny"]:
            raise NotImplementedError(f"{who}: {row}")
    return rows


def _granted(who: str, row: dict[str, Any]) -> list[Grant]:
    return [Grant(who, action, resolved(resource)) for action in _listed(row["Action"]) for resource in _listed(row["Resource"])]


def _mappings() -> list[tuple[str, dict[str, Any]]]:
    """The event source mappings, each with the folder of its function."""
    found = [each["Properties"] for each in expanded()["Resources"].values() if each["Type"] == "AWS::Lambda::EventSourceMapping"]
    return [(_folder(template()["Resources"][mapping["FunctionName"]["Ref"]]), mapping) for mapping in found]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def resolved(value: Any) -> str:
    """A Ref, GetAtt or Sub as the ARN or name that it has in the tests' cloud."""
    if isinstance(value, str):
        return value
    ((kind, inner),) = value.items()
    if kind == "Fn::Sub":
        return re.sub(r"\$\{([^}]+)\}", lambda found: _named(*found[1].split(".")), inner)
    return _named(*(inner if kind == "Fn::GetAtt" else [inner]))


_PSEUDO = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "Stage": "local"}


def _named(logical: str, attribute: str = "") -> str:
    if logical in _PSEUDO:
        return _PSEUDO[logical]
    kind = template()["Resources"][logical]["Type"]
    return _ARNS[kind, attribute](logical)


_ARNS = {
    ("AWS::DynamoDB::Table", "Arn"): lambda name: arn("dynamodb", f"table/{name}"),
    ("AWS::DynamoDB::Table", "StreamArn"): lambda name: arn("dynamodb", f"table/{name}/stream/2026-11-23T00:00:00.000"),
    ("AWS::SQS::Queue", "Arn"): lambda name: arn("sqs", name),
    ("AWS::Serverless::Function", "Arn"): lambda name: arn("lambda", f"function:{name}"),
    ("AWS::Lambda::Function", "Arn"): lambda name: arn("lambda", f"function:{name}"),
    ("AWS::Events::EventBus", "Arn"): lambda _: arn("events", "event-bus/waybill"),
    ("AWS::S3::Bucket", "Arn"): lambda _: "arn:aws:s3:::files",
    ("AWS::Serverless::StateMachine", ""): lambda _: MACHINE,
}


def _folder(resource: dict[str, Any]) -> str:
    return resource["Properties"]["CodeUri"].removeprefix("functions/").strip("/")


def _role_of(properties: dict[str, Any]) -> str:
    return (properties.get("Role") or properties["RoleArn"])["Fn::GetAtt"][0]
