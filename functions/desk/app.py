"""The order desk: HTML for people who sign in at /desk, and a custom widget for the CloudWatch console."""

from typing import Any

from waybill.bootstrap import desk

DESK = desk.desk()


def handler(event: dict[str, Any], context: Any) -> Any:
    return DESK(event, getattr(context, "invoked_function_arn", ""))
