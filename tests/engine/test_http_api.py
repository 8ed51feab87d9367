"""The HTTP API as our functions see it."""

from __future__ import annotations

import json
import urllib.request
from urllib.error import HTTPError

import pytest

from tests.engine.conftest import Deployed

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engine")]


def call(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    request = urllib.request.Request(url, data=body, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read(), answer.getheaders()
    except HTTPError as error:
        return error.code, error.read(), list(error.headers.items())


def test_path_parameters_query_and_cookies_arrive(ours: Deployed) -> None:
    status, body, headers = call(f"{ours.engine.api_url}/things/a%20b?x=1&x=2&y=%2B")
    seen = json.loads(body)
    assert status == 201 and ("x-own", "yes") in headers
    assert [value for name, value in headers if name.lower() == "set-cookie"] == ["a=1", "b=2"]
    assert seen["routeKey"] == "GET /things/{id}" and seen["pathParameters"] == {"id": "a b"}
    assert seen["rawQueryString"] == "x=1&x=2&y=%2B" and seen["queryStringParameters"] == {"x": "1,2", "y": "+"}
    assert seen["rawPath"] == "/things/a b" and "body" not in {k for k, v in seen.items() if v is not None}


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/things/fixed", "GET /things/fixed"),
        ("POST", "/things/1", "POST /things/{id}"),
        ("DELETE", "/things/1", "ANY /things/{proxy+}"),
        ("GET", "/things/1/parts/2", "ANY /things/{proxy+}"),
        ("GET", "/nowhere/known", "ANY /{proxy+}"),
    ],
)
def test_the_most_specific_route_wins(ours: Deployed, method: str, path: str, route: str) -> None:
    assert json.loads(call(ours.engine.api_url + path, method)[1])["routeKey"] == route


def test_a_json_body_arrives_byte_for_byte(ours: Deployed) -> None:
    raw = b'{ "b": 1.10,\r\n "a": "\xc3\xa9" }'
    seen = json.loads(call(f"{ours.engine.api_url}/things/1", "POST", raw, content_type="application/json; charset=utf-8")[1])
    assert seen["isBase64Encoded"] is False and seen["body"].encode() == raw


def test_a_form_arrives_in_base64_and_bytes_go_out(ours: Deployed) -> None:
    seen = json.loads(call(f"{ours.engine.api_url}/things/1", "POST", b"a=b", content_type="application/x-www-form-urlencoded")[1])
    assert seen["isBase64Encoded"] is True and seen["body"] == "YT1i"
    assert call(f"{ours.engine.api_url}/things/bytes")[1] == b"\x00\x01\xff"


def test_a_body_beyond_lambdas_limit_is_refused_and_a_large_one_is_not(ours: Deployed) -> None:
    url = f"{ours.engine.api_url}/things/1"
    assert call(url, "POST", b"x" * 6_100_000)[0] == 413
    assert json.loads(call(url, "POST", b"x" * 2_000_000, content_type="text/plain")[1])["body"] == "x" * 2_000_000


def test_a_function_may_do_what_its_role_says_and_no_more(ours: Deployed) -> None:
    assert call(f"{ours.engine.api_url}/things/write")[1] == b"written"
    assert call(f"{ours.engine.api_url}/things/denied")[1] == b"AccessDeniedException"


def test_a_function_that_raises_answers_500_and_tells_no_secrets(ours: Deployed) -> None:
    status, body, _ = call(f"{ours.engine.api_url}/things/broken")
    assert (status, json.loads(body)) == (500, {"message": "Internal Server Error"})


def test_a_function_sees_the_packages_of_its_runtime_and_not_ours(ours: Deployed) -> None:
    seen = json.loads(call(f"{ours.engine.api_url}/things/1")[1])
    assert "/runtime/" in seen["boto3"]


def test_probe_upstream_ignores_the_body_of_an_http_api(upstream: Deployed) -> None:
    assert call(f"{upstream.engine.api_url}/things/1")[0] == 404


def test_probe_upstream_shows_a_functions_error_to_the_caller(upstream: Deployed) -> None:
    api = upstream.client("apigatewayv2").get_apis()["Items"][0]["ApiId"]
    service = upstream.client("apigatewayv2")
    function = upstream.client("lambda").get_function(FunctionName=upstream.outputs["Web"])["Configuration"]["FunctionArn"]
    integration = service.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0")
    service.create_route(ApiId=api, RouteKey="GET /things/broken", Target=f"integrations/{integration['IntegrationId']}")
    assert call(f"{upstream.engine.api_url}/things/broken")[0] == 502
