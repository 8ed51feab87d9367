"""CloudFormation drops `TimeToLiveSpecification` and `PointInTimeRecoverySpecification` of a table."""

from __future__ import annotations

from typing import Any


def close() -> None:
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    create, update = handlers["create"], handlers["update"]

    def create_with_settings(logical_id: str, props: dict, stack_name: str) -> Any:
        name, attributes = create(logical_id, props, stack_name)
        _apply(name, props)
        return name, attributes

    def update_with_settings(physical_id: str, old_props: dict, new_props: dict, *rest: Any, **named: Any) -> Any:
        name, attributes = update(physical_id, old_props, new_props, *rest, **named)
        _apply(name, new_props)
        return name, attributes

    handlers["create"], handlers["update"] = create_with_settings, update_with_settings


def _apply(table: str, props: dict[str, Any]) -> None:
    from ministack.services import dynamodb

    ttl = props.get("TimeToLiveSpecification")
    if ttl:
        enabled = str(ttl.get("Enabled", True)).lower() == "true"
        dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": {**ttl, "Enabled": enabled}})
    recovery = props.get("PointInTimeRecoverySpecification")
    if recovery:
        enabled = str(recovery.get("PointInTimeRecoveryEnabled", False)).lower() == "true"
        dynamodb._update_continuous_backups(
            {"TableName": table, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": enabled}}
        )
