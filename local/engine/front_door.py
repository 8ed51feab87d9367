"""The shop's own address: what arrives on the API's port goes to the stack's HTTP API, path, headers and bytes untouched.

MiniStack serves an API under `/_aws/execute-api/<id>/…`; a webhook's sender and a browser want a root of their own.
"""

from __future__ import annotations

import threading
from typing import Any

from local.engine.warm import warm_all

_WARM = "/_waybill/warm"
_STAGE = "$default"
_LARGEST_BODY = 6_000_000  # Lambda's limit for a call, which comes before API Gateway's own 10 MB
_NOTHING_DEPLOYED = b'{"title":"Nothing is deployed yet","status":503,"detail":"The stack has no HTTP API: wait for the deploy to end."}'


class FrontDoor:
    """ASGI: hands requests of `api_port` to the newest HTTP API, all others on as they are."""

    def __init__(self, app: Any, api_port: int) -> None:
        self._app = app
        self._api_port = api_port

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        port = (scope.get("server") or ("", 0))[1]
        if scope["type"] == "http" and port != self._api_port and scope["path"] == _WARM:
            threading.Thread(target=warm_all, daemon=True).start()
            await _answer(send, 202, b"{}")
            return
        if scope["type"] != "http" or port != self._api_port:
            await self._app(scope, receive, send)
            return
        api_id = newest_http_api()
        if api_id is None:
            await _answer(send, 503, _NOTHING_DEPLOYED)
            return
        prefix = f"/_aws/execute-api/{api_id}/{_STAGE}"
        raw_path = scope.get("raw_path") or scope["path"].encode()
        body = await _whole_body(receive)
        if body is None:
            await _answer(send, 413, b'{"message":"Request Entity Too Large"}')
            return
        inner = {**scope, "path": prefix + scope["path"], "raw_path": prefix.encode() + raw_path}
        await self._app(inner, _once({"type": "http.request", "body": body, "more_body": False}, receive), send)


def newest_http_api() -> str | None:
    """The id of the HTTP API made last: one laptop cloud holds one stack."""
    from ministack.services import apigateway

    apis = [api for api in apigateway._apis.all_values() if api.get("protocolType") == "HTTP"]
    return max(apis, key=lambda api: str(api.get("createdDate", "")))["apiId"] if apis else None


async def _whole_body(receive: Any) -> bytes | None:
    """The request's body, or None when it is larger than what API Gateway can hand to a function."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > _LARGEST_BODY:
            return None
        more = message.get("more_body", False)
    return b"".join(parts)


def _once(first: dict[str, Any], then: Any) -> Any:
    """An ASGI `receive` that gives one message and then asks another."""
    waiting = [first]

    async def receive() -> Any:
        return waiting.pop() if waiting else await then()

    return receive


async def _answer(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
