"""A karrio connector as we let it speak: through our gate, with our times, and without its logs, which would show accounts and addresses.

karrio calls `urllib.request.urlopen` and, for the whole process, switches the check of certificates off. urllib's own hook for what stands behind `urlopen` is an installed
opener: ours sends everything through `aws.outbound`, which resolves once, checks the certificate and ends in time. The other switch is put back.
"""

from __future__ import annotations

import io
import ssl
import urllib.request
import urllib.response
from collections.abc import Callable, Mapping
from email.message import Message
from typing import Any

from waybill.aws.outbound import Reply, send
from waybill.fulfilment.carriers.registry import CONNECTORS
from waybill.kernel.errors import Unavailable, WaybillError

SECONDS = 15.0
Send = Callable[..., Reply]
"""As `waybill.aws.outbound.send`."""


class Line(urllib.request.HTTPSHandler):
    """What stands behind `urlopen` while a connector speaks. `statuses` are those of the answers since `begin`, 0 where none came."""

    def __init__(self, name: str, sender: Send) -> None:
        super().__init__()
        self._name, self._send = name, sender
        self.statuses: list[int] = []

    def https_open(self, req: urllib.request.Request) -> Any:
        body = req.data if isinstance(req.data, bytes) else b""
        try:
            reply = self._send(f"karrio.{self._name}", req.get_method(), req.full_url, dict(req.header_items()), body, SECONDS)
        except WaybillError:
            self.statuses.append(0)
            raise
        self.statuses.append(reply.status)
        headers = Message()
        for name, value in reply.headers.items():
            headers[name] = value
        answer = urllib.response.addinfourl(io.BytesIO(reply.body), headers, req.full_url, reply.status)
        answer.msg = str(reply.status)  # type: ignore[attr-defined]  # the handler of errors asks for it
        return answer


class Connection:
    """One account at one connector. Tokens are kept as long as it lives. `account`: what the connector's settings are called at karrio."""

    def __init__(self, connector: str, account: Mapping[str, Any], sandbox: bool = False, sender: Send = send) -> None:
        models, gateway = _karrio(connector)
        self.line = Line(connector, sender)
        self._models = models
        self._opener = urllib.request.OpenerDirector()
        for handler in (self.line, urllib.request.HTTPErrorProcessor(), urllib.request.HTTPDefaultErrorHandler()):
            self._opener.add_handler(handler)
        self._gateway = gateway.create({**account, "test_mode": sandbox})

    def rates(self, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        return self._asked("rate", "get_rates", self._models.RateRequest(**asked))

    def shipment(self, asked: Mapping[str, Any], before: Callable[[], None]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """`before` is called when the request is made and the account let in: nothing but the purchase itself is still to be done."""
        return self._asked("shipment", "create_shipment", self._models.ShipmentRequest(**asked), before)

    def cancel(self, shipment: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        return self._asked("cancel_shipment", "cancel_shipment", self._models.ShipmentCancelRequest(shipment_identifier=shipment))

    def tracking(self, number: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        return self._asked("tracking", "get_tracking", self._models.TrackingRequest(tracking_numbers=[number]))

    def _asked(self, shape: str, verb: str, asked: Any, before: Callable[[], None] = lambda: None) -> Any:
        """(what it makes of the answer, the carrier's messages). Raises Unavailable where it is not known what came of it: karrio raises bare exceptions."""
        import karrio.lib as lib

        mapper, proxy = self._gateway.mapper, self._gateway.proxy
        before_us = getattr(urllib.request, "_opener", None)  # there is no other way to ask
        urllib.request.install_opener(self._opener)
        self.line.statuses.clear()
        try:
            request = getattr(mapper, f"create_{shape}_request")(asked)
            proxy.authenticate(request)
            before()
            self.line.statuses.clear()
            found, messages = getattr(mapper, f"parse_{shape}_response")(getattr(proxy, verb)(request))
        except WaybillError:
            raise
        except Exception as problem:  # noqa: BLE001  a connector raises whatever it stumbles over: what became of the request is not known then
            said = getattr(problem, "messages", None)
            raise Unavailable(f"{self.line._name}: {said[0].message if said else type(problem).__name__}"[:300]) from None
        finally:
            urllib.request.install_opener(before_us)
        return lib.to_dict(found), lib.to_dict(messages)


def _karrio(connector: str) -> tuple[Any, Any]:
    """Its models, and what makes its connection. Raises Unavailable for a connector that is not shipped."""
    import loguru

    loguru.logger.disable("karrio")
    import karrio.core.models as models
    import karrio.sdk as sdk

    ssl._create_default_https_context = ssl.create_default_context  # karrio's import has switched the check off
    if connector not in CONNECTORS:
        raise Unavailable(f"there is no connector {connector[:40]!r}: {', '.join(CONNECTORS)}")
    return models, sdk.gateway[connector]
