"""`AWS::ApiGatewayV2::Api` ignores `Body`, the OpenAPI document into which SAM folds every HttpApi event.

Left open, every route of the stack answers 404. Here the document becomes routes and integrations.
"""

from __future__ import annotations

from typing import Any

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ANY = "x-amazon-apigateway-any-method"
_INTEGRATION = "x-amazon-apigateway-integration"


def close() -> None:
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    create, update = handlers["create"], handlers["update"]

    def create_with_body(logical_id: str, props: dict, stack_name: str) -> Any:
        api_id, attributes = create(logical_id, props, stack_name)
        _import_body(api_id, props.get("Body"))
        return api_id, attributes

    def update_with_body(physical_id: str, old_props: dict, new_props: dict, *rest: Any, **named: Any) -> Any:
        api_id, attributes = update(physical_id, old_props, new_props, *rest, **named)
        if "Body" in new_props or "Body" in old_props:
            _import_body(api_id, new_props.get("Body"))
        return api_id, attributes

    handlers["create"], handlers["update"] = create_with_body, update_with_body


def routes_of(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """(route key, integration) of every operation; `/$default` is the route that catches the rest."""
    found = []
    for path, operations in (body.get("paths") or {}).items():
        for method, operation in operations.items():
            if method.lower() not in (*_METHODS, _ANY) or _INTEGRATION not in operation:
                continue
            verb = "ANY" if method == _ANY else method.upper()
            key = "$default" if path == "/$default" else f"{verb} {path}"
            found.append((key, operation[_INTEGRATION]))
    return found


def _import_body(api_id: str, body: dict[str, Any] | None) -> None:
    from ministack.services import apigateway

    if not body:
        return
    apigateway._routes[api_id] = {}
    apigateway._integrations[api_id] = {}
    for number, (key, integration) in enumerate(routes_of(body)):
        name = f"body{number}"
        apigateway._integrations[api_id][name] = {
            "integrationId": name,
            "integrationType": str(integration.get("type", "aws_proxy")).upper(),
            "integrationUri": integration.get("uri", ""),
            "integrationMethod": integration.get("httpMethod", "POST"),
            "payloadFormatVersion": integration.get("payloadFormatVersion", "2.0"),
            "timeoutInMillis": integration.get("timeoutInMillis", 30000),
            "connectionType": "INTERNET",
        }
        apigateway._routes[api_id][name] = {
            "routeId": name,
            "routeKey": key,
            "target": f"integrations/{name}",
            "authorizationType": "NONE",
            "apiKeyRequired": False,
        }
    title = (body.get("info") or {}).get("title")
    if title:
        apigateway._apis[api_id]["name"] = title
