"""Who may import what, and what the doors answer."""

import pytest

from tests.channels.intake_world import groups_waiting
from tests.imports.desk import row, sheet, stored_files
from tests.support.cloud import plain_client
from waybill.imports import api, service, store


def begin(the, query="channel=paper", who="admin", body=b"", key="k-1", **headers):
    return the.call("POST", f"/v1/imports?{query}", body, who, idempotency_key=key, **headers)


def put(it, content):
    """As the client does whom we have given an address: it leads to the file's own key."""
    key = f"imports/{it['id']}/file"
    assert key in it["upload"]["url"]
    plain_client("s3").put_object(Bucket="files", Key=key, Body=content)


def test_without_a_body_the_answer_is_where_to_put_the_file(the):
    reply = begin(the)
    it = reply.json()
    assert (reply.status, it["status"], it["upload"]["method"]) == (201, "waiting", "PUT")
    assert reply.headers["location"] == it["links"]["self"]
    assert the.call("POST", it["links"]["start"]).status == 409, "there is no file yet"
    put(it, sheet(row("A")))
    assert the.call("POST", it["links"]["start"]).status == 202
    the.drain()
    assert the.look(it["id"])["orders"]["stored"] == 1
    assert the.call("POST", it["links"]["start"]).json()["status"] == "done", "once more is no more"
    assert f"imports/{it['id']}/file" not in stored_files()


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(the, monkeypatch):
    it = begin(the).json()
    put(it, sheet(row("A")))
    monkeypatch.setattr(service, "LARGEST_FILE", 10)
    assert the.call("POST", it["links"]["start"]).status == 413
    assert begin(the, body=sheet(row("A")), key="k-2").status == 413


def test_under_one_key_there_is_one_import_and_another_file_is_refused(the):
    first = begin(the, body=sheet(row("A")))
    assert begin(the, body=sheet(row("A"))).json()["id"] == first.json()["id"]
    assert begin(the, body=sheet(row("B"))).status == 422
    assert begin(the, "channel=paper&policy=reject_all", body=sheet(row("A"))).status == 422
    assert begin(the, "channel=api", body=sheet(row("A"))).status == 422, "of another channel"
    assert the.call("POST", "/v1/imports?channel=paper", sheet(row("A"))).status == 400, "no key"


@pytest.mark.parametrize(
    ("query", "who", "status", "field"),
    [
        ("", "admin", 422, "channel"),
        ("channel=nowhere", "admin", 422, "channel"),
        ("channel=shopify", "admin", 422, "channel"),
        ("channel=paper&policy=some", "admin", 422, "policy"),
        ("channel=paper&dryRun=1", "admin", 422, "dryRun"),
        ("channel=paper", "api", 403, ""),
        ("channel=paper", "support", 403, ""),
        ("channel=paper", "reno", 403, ""),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_field(the, query, who, status, field):
    reply = begin(the, query, who)
    assert reply.status == status
    assert [each["field"] for each in reply.json().get("errors", [])] == ([field] if field else [])


def test_json_is_no_spreadsheet(the):
    sent = the.call("POST", "/v1/imports?channel=paper", b'{"rows": []}', idempotency_key="k", content_type="application/json")
    assert sent.status == 400


def test_a_channel_has_its_own_imports_and_sees_no_others(the):
    own = begin(the, "", "paper", sheet(row("A"))).json()
    assert own["channel"] == "paper"
    the.drain()
    assert the.call("GET", own["links"]["self"], who="paper").status == 200
    for path in (own["links"]["self"], f"/v1/imports/{own['id']}/errors.csv"):
        assert the.call("GET", path, who="api").status == 404
    assert the.call("GET", "/v1/imports", who="api").json()["items"] == []
    assert [it["id"] for it in the.call("GET", "/v1/imports?channel=paper", who="support").json()["items"]] == [own["id"]]


def test_the_newest_import_is_listed_first_page_by_page(the):
    ids = [begin(the, key=f"k-{number}").json()["id"] for number in range(3)]
    page = the.call("GET", "/v1/imports?channel=paper&limit=2").json()
    rest = the.call("GET", f"/v1/imports?channel=paper&limit=2&cursor={page['next']}").json()
    assert {it["id"] for it in page["items"] + rest["items"]} == set(ids) and len(page["items"]) == 2


def test_the_files_are_not_for_those_who_only_look(the):
    it = the.send(sheet(row("A", quantity="x")))
    assert the.call("GET", it["links"]["errors"], who="viewer").status == 403
    assert the.call("GET", it["links"]["errors"], who="support").status == 200
    assert the.call("GET", f"/v1/imports/{it['id']}/notes.csv").status == 404


def test_a_file_that_is_too_large_to_answer_has_an_address_of_its_own(the, monkeypatch):
    it = the.send(sheet(row("A", quantity="x")))
    monkeypatch.setattr(api, "_LARGEST_ANSWER", 10)
    reply = the.call("GET", it["links"]["errors"])
    assert reply.status == 303 and store.told_key(it["id"], "errors.csv") in reply.headers["location"]


def test_the_template_imports_as_it_is(the):
    template = the.call("GET", "/v1/imports/template.csv").content
    it = the.send(template)
    assert (it["orders"]["stored"], it["ignored_columns"], it["problems"]) == (2, [], [])


def test_the_orders_of_an_import_share_the_queue_as_those_of_one_channel(the):
    the.send(sheet(*(row(f"A-{number}") for number in range(12))))
    assert groups_waiting() == {"paper"}


def test_columns_that_mean_nothing_are_told(the):
    assert the.send(sheet(row("A", note="", tittle="Tea", Warehouse="Reno")))["ignored_columns"] == ["tittle", "Warehouse"]


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (b"\n\n", "the file is empty"),
        (b"hello", "the first line must name the columns"),
        (b"sku,quantity\nTEA,1\n", "the column external_reference, currency, total"),
        (sheet(row("A", SKU="CUP")), "two columns mean sku"),
        (b'external_reference,"sku\n', "cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "locked with a password"),
        (b"PK\x03\x04 nothing", "the workbook is damaged"),
        (b"\xff\xfeA", "neither UTF-8 nor"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_has_failed_and_says_why(the, file, says):
    it = the.send(file)
    assert it["status"] == "failed" and says in it["problem"] and it["percent"] == 100
    assert the.orders() == {} and stored_files() == []


def test_a_file_without_rows_is_done(the):
    assert the.send(sheet())["status"] == "done" and stored_files() == []
