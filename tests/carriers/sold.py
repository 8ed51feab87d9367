"""A shop that buys its labels: the floor of fulfilment, and EasyPost behind it as it was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from tests.carriers.strict_easypost import KEY, StrictEasyPost
from tests.fulfilment.floor import Floor, floor
from tests.support.cloud import plain_client as client
from waybill.aws import gate, secrets
from waybill.aws.outbound import Reply
from waybill.fulfilment.carriers.easypost import api
from waybill.shop import store
from waybill.shop.model import Carrier

HOOK = "hook-secret"


@contextmanager
def sold(keep_own: bool = False) -> Iterator[tuple[Floor, StrictEasyPost]]:
    """`keep_own`: the shop has its price list as well, which is dearer than nothing and cheaper than EasyPost nowhere."""
    vendor = StrictEasyPost()

    def send(name: str, method: str, url: str, headers: dict[str, str], body: bytes = b"", seconds: float = 6.0) -> Reply:
        return gate.call(name, lambda: vendor.send(name, method, url, headers, body, seconds))

    with floor() as the, patch.object(api.Api.__init__, "__defaults__", (*api.Api.__init__.__defaults__[:-1], send)):
        store.save(store.CARRIER, "easypost", Carrier("easypost", "EasyPost", "https://track.easypost.com/{tracking_number}", kind="easypost"))
        if not keep_own:
            client("dynamodb").delete_item(TableName="ShopTable", Key={"pk": {"S": "CARRIER"}, "sk": {"S": "parcelway"}})
        known = json.loads(client("secretsmanager").get_secret_value(SecretId="waybill/local/carriers")["SecretString"])
        told = {**known, "easypost": [HOOK], "easypost/account": {"api_key": KEY}}
        client("secretsmanager").put_secret_value(SecretId="waybill/local/carriers", SecretString=json.dumps(told))
        store.forget()
        secrets.forget()
        yield the, vendor


def picked(the: Floor) -> str:
    """Work that is next to pack, and no function that remembers anything."""
    (fo,) = the.put(alone=True)
    the.do(fo, "accept", "pick")
    the.restart()
    return fo
