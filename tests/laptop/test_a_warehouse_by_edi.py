"""The demo shop's 3PL is asked by 940 and answers by 997 and 945, all of it through the bucket, S3's word and the queue."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import botocore.session
import pytest

from local.demo.documents import sendings
from local.settings import REGION, ROOT
from local.stackfile import Stack

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("laptop"), pytest.mark.timeout(400)]

_PATIENCE_SECONDS = 150


def test_an_order_goes_by_edi_from_the_940_to_the_parcel_s_arrival(stack: Stack) -> None:
    (sending,) = [each for each in sendings(ROOT / "events" / "intake", stack.api_keys, stack.webhook_secrets, int(time.time()) + 7) if each.name == "api_by_edi"]
    request = urllib.request.Request(stack.api_url + sending.path, sending.body, dict(sending.headers), method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        id = json.loads(answer.read())["id"]
    order = _until(lambda: _read(stack, f"/v1/orders/{id}"), lambda it: it["status"] == "completed")
    (work,) = order["fulfilment_orders"]
    (package,) = work["packages"]
    assert (work["node"], package["carrier"], package["tracking_number"][:2], len(package["sscc"])) == ("dallas-3pl", "parcelway", "LS", 18)
    about = [each for each in _read(stack, "/v1/edi/interchanges?node=dallas-3pl")["items"] if work["id"] in [part.get("about") for part in each["parts"]]]
    assert sorted((each["parts"][0]["kind"], each["status"]) for each in about) == [("940", "acknowledged"), ("945", "applied")]


def test_a_broken_file_is_kept_shown_and_gone_from_the_folder(stack: Stack) -> None:
    s3 = botocore.session.Session().create_client(
        "s3", region_name=REGION, endpoint_url=stack.engine_url, aws_access_key_id="test", aws_secret_access_key="test"
    )
    bucket, key = stack.outputs["FilesBucketName"], f"edi/dallas-3pl/in/a broken file {time.time_ns()}.edi"
    s3.put_object(Bucket=bucket, Key=key, Body=f"Dear Sirs, {key}".encode())
    refused = _until(lambda: _read(stack, "/v1/edi/interchanges?status=refused&node=dallas-3pl")["items"], lambda them: key in [each["cause"] for each in them])
    (shown,) = [each for each in refused if each["cause"] == key]
    assert shown["problems"]
    _until(lambda: s3.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents", []), lambda there: not there)


def _until(look: Callable[[], Any], enough: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        found = look()
        if enough(found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.5)


def _read(stack: Stack, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(urllib.request.Request(stack.api_url + quote(path, safe="/?=&"), headers={"x-api-key": stack.ops_key}), timeout=30) as answer:
        return dict(json.loads(answer.read()))
