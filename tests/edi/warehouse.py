"""A warehouse at the other end of the folder: what it puts there, what it finds there, and what S3 and the bus say meanwhile."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from tests.support.world import Crash
from waybill.aws import clients
from waybill.edi.model import acknowledgement, documents, parsing, shipping_advice, shipping_order
from waybill.edi.model.shipping_advice import Carton, ShippingAdvice
from waybill.edi.model.x12 import Interchange, Party, written
from waybill.fulfilment.service import load

US, THEM = Party("WAYBILL"), Party("RENO3PL", "12")
SETTINGS = {"id": "RENO3PL", "qualifier": "12", "our_id": "WAYBILL", "answer_minutes": 30}


@dataclass
class Warehouse:
    """The node at the other end of the folder."""

    the: Any
    node: str = "reno"
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def put(self, text: str, name: str = "") -> list[str]:
        """A file into `in/`, as SFTP would, and what S3 says of it; answers the messages that went back to the queue."""
        key = f"edi/{self.node}/in/{name or f'{len(text)}-{next(self.numbers)}.edi'}"
        clients.client("s3").put_object(Bucket=bucket(), Key=key, Body=text.encode())
        return self.said(key)

    def said(self, key: str) -> list[str]:
        body = json.dumps({"Records": [{"s3": {"bucket": {"name": bucket()}, "object": {"key": key.replace(" ", "+")}}}]})
        return self._delivered("edi", body)

    def _delivered(self, function: str, body: str) -> list[str]:
        """One message, again where the process dies on it; answers those that went back to the queue."""
        while True:
            try:
                answer = self.the.world.handler(function)({"Records": [{"messageId": "m", "body": body, "attributes": {}}]}, None)
            except Crash:
                continue
            return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def send(self, kind: str, *bodies: tuple[Any, ...], number: int = 0, **changes: Any) -> str:
        """One interchange with these documents; answers its text."""
        it = documents.enclosed(THEM, US, number or next(self.numbers) + 500, "202611292200", [(kind, body) for body in bodies])
        text = written(replace(it, **changes))
        assert self.put(text) == []
        return text

    def got(self) -> list[Interchange]:
        """What lies in `out/`, in the order of its numbers."""
        listed = clients.client("s3").list_objects_v2(Bucket=bucket(), Prefix=f"edi/{self.node}/out/").get("Contents", [])
        texts = [clients.client("s3").get_object(Bucket=bucket(), Key=each["Key"])["Body"].read().decode() for each in listed]
        return [parsing.read(text)[0] for text in texts]

    def inbox(self) -> list[str]:
        listed = clients.client("s3").list_objects_v2(Bucket=bucket(), Prefix=f"edi/{self.node}/in/").get("Contents", [])
        return [each["Key"] for each in listed]

    def asked(self, fo: str, type: str = "fulfilment_order.requested", seq: int = 1, **data: Any) -> list[str]:
        """The bus says so to the function that tells nodes."""
        order = load(fo)[0].order.id
        detail = {"specversion": "1.0", "id": f"{fo}:{seq}", "source": "/waybill/local", "type": type, "time": "2026-11-29T22:00:00.000Z", "subject": order, "data": {"fo_id": fo, "node": self.node, "push": True, **data}}
        body = json.dumps({"id": "d", "detail-type": type, "source": "waybill", "detail": detail})
        return self._delivered("node_push", body)

    def acknowledge(self, it: Interchange) -> None:
        self.send("997", *(acknowledgement.write(group, {}) for group in it.groups))

    def shown(self, **query: str) -> list[dict[str, Any]]:
        search = "&".join(f"{name}={value}" for name, value in query.items())
        reply = self.the.call("GET", f"/v1/edi/interchanges?{search}", who="support")
        assert reply.status == 200, reply.content
        return list(reply.json()["items"])


def bucket() -> str:
    return os.environ["FILES_BUCKET"]


def advice(fo: str, *cartons: Carton, **more: Any) -> tuple[Any, ...]:
    return shipping_advice.write(ShippingAdvice(shipping_order.number_of(fo), "2026-11-29", cartons, carrier="UPSN", **more))


WHOLE = (Carton({"TEA": 2}, "1Z999AA10123456784", "0" * 17 + "9", 900), Carton({"CUP": 1}, "1Z999AA10123456785"))
