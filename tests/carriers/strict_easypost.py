"""EasyPost as it was recorded: a stand-in that takes no request of another shape than the recorded ones, and gives the recorded answers with ids of its own.

The judge is `../shared/samples/carrier_easypost`. Beyond what is in the recordings only fields are taken that its reference documents (`DOCUMENTED`).
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from waybill.aws.outbound import Reply
from waybill.kernel.errors import Unavailable

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "samples" / "carrier_easypost"
DOCUMENTED = {
    "/shipments": {
        "shipment.options.label_size", "shipment.options.label_date", "shipment.options.print_custom_1", "shipment.options.hazmat",
        "shipment.to_address.company", "shipment.from_address.company", "shipment.customs_info.customs_items.code",
    },
    "/trackers": {"tracker.carrier"},
    "/pickups": {"pickup.address.company", "pickup.reference"},
    "/addresses/create_and_verify": {"address.company"},
}  # fmt: skip
READ = {("GET", "/pickups/{id}")}
"""Plain reads that were never recorded: their reference, and their SDK, have them."""
KEY = "EZTK-test"
PDF, ZPL = b"%PDF-1.4 a label", b"^XA^FDa label^FS^XZ"


@cache
def exchanges() -> list[tuple[str, str, Any, int, Any]]:
    """(method, path with ids taken out, body, status, answer) of every recorded exchange."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        for each in json.loads(path.read_text()):
            asked, told = each["request"], each["response"]
            found.append((asked["method"], template(asked["uri"]), asked["body"], told["status"]["code"], told["body"]))
    return found


def template(url: str) -> str:
    target = urlsplit(url)
    path = re.sub(r"/(shp|pickup|adr|trk|evt|hook|payload)_\w+", "/{id}", target.path.removeprefix("/v2"))
    return f"{path}?{target.query}" if target.query else path


def paths(body: Any, at: str = "") -> dict[str, type]:
    """Every place in a body and the kind of value there; numbers are one kind, and entries of a list are one place."""
    if isinstance(body, dict):
        return {name: kind for key, value in body.items() for name, kind in paths(value, f"{at}.{key}" if at else key).items()}
    if isinstance(body, list):
        return {name: kind for value in body for name, kind in paths(value, at).items()}
    return {at: float if isinstance(body, (int, float)) and not isinstance(body, bool) else type(body)}


@cache
def allowed(method: str, path: str) -> dict[str, type]:
    known = [body for verb, at, body, *_ in exchanges() if (verb, at) == (method, path)]
    assert known, f"{method} {path} was never recorded"
    shape = {name: kind for body in known for name, kind in paths(body or {}).items()}
    return shape | dict.fromkeys(DOCUMENTED.get(path, ()), str)


def refuse_unknown(method: str, path: str, asked: Any) -> None:
    """A request of another shape than the recorded ones is a defect of ours."""
    if (method, path) in READ:
        assert asked is None
        return
    shape = allowed(method, path)
    for place, kind in paths(asked or {}).items():
        assert place in shape or place == "", f"{method} {path}: {place} is not in the recordings"
        assert shape.get(place, kind) in (kind, type(None)) or {shape[place], kind} == {float, str}, f"{place} is a {kind.__name__}"


def recorded(method: str, path: str, last: bool = False) -> Any:
    """An answer as it was recorded."""
    found = [answer for verb, at, _, status, answer in exchanges() if (verb, at) == (method, path) and status < 400]
    return copy.deepcopy(found[-1 if last else 0])


@dataclass
class StrictEasyPost:
    """`shipments` by id as they stand; `calls` as they came; `sells` so many labels more; `vans` by the id of their pickup; `forms` that were made, and whether it `draws` them at once; `lets_go` of vans that are called off; `trouble` is raised or answered to the next calls, one each, before or after they were carried out."""

    shipments: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    refuses: dict[str, Any] | None = None
    down: bool = False
    draws: bool = True
    lets_go: bool = True
    sells: int = 10**6
    loses: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    vans: dict[str, dict[str, Any]] = field(default_factory=dict)
    trackers: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    def send(self, name: str, method: str, url: str, headers: dict[str, str], body: bytes = b"", seconds: float = 6.0) -> Reply:
        assert seconds <= 10
        if self.down:
            raise Unavailable("api.easypost.com does not answer (ReadTimeoutError)")
        if not url.startswith("https://api.easypost.com/v2/"):
            assert "authorization" not in headers, "our key goes to EasyPost alone"
            self._lost(name)
            return Reply(200, {}, ZPL if url.endswith(".zpl") else PDF)
        assert headers["authorization"] == f"Bearer {KEY}"
        asked = json.loads(body) if body else None
        path = template(url)
        self.calls.append((method, path, asked))
        refuse_unknown(method, path, asked)
        status, answer = self._carried_out(method, path, url, asked)
        self._lost(name)
        return Reply(status, {}, json.dumps(answer).encode())

    def _lost(self, name: str) -> None:
        if name in self.loses:
            self.loses.remove(name)
            raise Unavailable("api.easypost.com does not answer (ReadTimeoutError)")

    def live(self) -> list[str]:
        """Tracking numbers of labels that are paid for and not given back."""
        return [each["tracking_code"] for each in self.shipments.values() if each["postage_label"] and not each["refund_status"]]

    def _carried_out(self, method: str, path: str, url: str, asked: Any) -> tuple[int, Any]:
        if path == "/shipments":
            return self._created(asked["shipment"])
        if path.startswith("/shipments/{id}"):
            return self._shipment(path.removeprefix("/shipments/{id}"), self.shipments[re.findall(r"shp_\w+", url)[0]], asked)
        if path.startswith("/pickups"):
            return self._pickup(path.removeprefix("/pickups"), url, asked)
        if path == "/scan_forms":
            return self._form(asked["scan_form"]["shipment"])
        if path == "/trackers":
            number = asked["tracker"]["tracking_code"]
            return 200, self.trackers.get(number) or {**recorded(method, path), "tracking_code": number}
        if path == "/addresses/create_and_verify" and self.refuses:
            return 422, self.refuses
        return next((status, copy.deepcopy(answer)) for verb, at, _, status, answer in exchanges() if (verb, at) == (method, path))

    def _created(self, asked: dict[str, Any]) -> tuple[int, Any]:
        if self.refuses:
            return 422, self.refuses
        if not asked.get("parcel") or not asked["to_address"].get("street1"):
            return 422, next(answer for *_, status, answer in exchanges() if status == 422 and "shipment" in json.dumps(answer))
        number = next(self.numbers)
        made = next(copy.deepcopy(a) for m, p, b, s, a in exchanges() if (m, p) == ("POST", "/shipments") and s < 400 and a["tracking_code"] is None)
        made |= {"id": f"shp_{number:032x}", "reference": asked["reference"]}
        made["rates"] = [{**rate, "id": f"rate_{number:016x}{at:016x}", "shipment_id": made["id"]} for at, rate in enumerate(made["rates"])]
        self.shipments[made["id"]] = made
        return 201, made

    def coming(self) -> list[str]:
        """Confirmation numbers of vans that are booked and not called off."""
        return [each["confirmation"] for each in self.vans.values() if each["status"] == "scheduled"]

    def _pickup(self, verb: str, url: str, asked: Any) -> tuple[int, Any]:
        if self.refuses:
            return 422, self.refuses
        if not verb:
            made = recorded("POST", "/pickups")
            made |= {"id": f"pickup_{next(self.numbers):032x}", "reference": asked["pickup"].get("reference"), "instructions": asked["pickup"]["instructions"]}
            self.vans[made["id"]] = made
            return 200, made
        known = self.vans[re.findall(r"pickup_\w+", url)[0]]
        if verb == "/{id}/buy":
            if known["status"] != "unknown":
                return 422, {"error": {"code": "PICKUP.PURCHASE.FAILURE", "message": "The pickup is booked or called off already.", "errors": []}}
            assert (asked["carrier"], asked["service"]) in [(rate["carrier"], rate["service"]) for rate in known["pickup_rates"]]
            known |= {"status": recorded("POST", "/pickups/{id}/buy")["status"], "confirmation": f"WTC{next(self.numbers):08d}"}
        elif verb == "/{id}/cancel":
            if known["status"] != "scheduled" or not self.lets_go:
                return 422, {"error": {"code": "PICKUP.CANCEL.FAILURE", "message": "The pickup cannot be called off.", "errors": []}}
            known["status"] = recorded("POST", "/pickups/{id}/cancel")["status"]
        return 200, known

    def _form(self, asked: list[dict[str, str]]) -> tuple[int, Any]:
        wanted = [self.shipments[each["id"]] for each in asked]
        if any(each["scan_form"] for each in wanted):
            return 422, {"error": {"code": "SCAN_FORM.SHIPMENT.INVALID", "message": "A shipment is on a form already.", "errors": []}}
        made = {**recorded("POST", "/scan_forms"), "id": f"sf_{next(self.numbers):032x}", "tracking_codes": [each["tracking_code"] for each in wanted]}
        made["form_url"] = made["form_url"] if self.draws else None
        for each in wanted:
            each["scan_form"] = made
        self.forms.append(made["id"])
        return 200, made

    def _shipment(self, verb: str, known: dict[str, Any], asked: Any) -> tuple[int, Any]:
        if verb == "/buy":
            if known["postage_label"]:
                return 422, {"error": {"code": "SHIPMENT.POSTAGE.EXISTS", "message": "Postage already exists for this shipment.", "errors": []}}
            if not self.sells:
                return 422, {"error": {"code": "SHIPMENT.PURCHASE.FAILURE", "message": "The carrier does not deliver there.", "errors": []}}
            self.sells -= 1
            rate = next(each for each in known["rates"] if each["id"] == asked["rate"]["id"])
            bought = recorded("POST", "/shipments/{id}/buy")
            url = "https://easypost-files.s3.us-west-2.amazonaws.com/files/postage_label/20250307/e8.pdf"
            label = {**bought["postage_label"], "label_url": url, "label_file_type": "application/pdf"}
            known |= {"selected_rate": rate, "postage_label": label, "tracking_code": f"94001002083031{next(self.numbers):08d}"}
        elif verb == "/refund":
            if known["refund_status"] or not known["postage_label"]:
                return 422, {"error": {"code": "SHIPMENT.REFUND.UNAVAILABLE", "message": "Refund is not available.", "errors": []}}
            known["refund_status"] = recorded("POST", "/shipments/{id}/refund")["refund_status"]
        elif not verb and known["scan_form"] and self.draws:
            known["scan_form"]["form_url"] = recorded("POST", "/scan_forms")["form_url"]
        elif verb.startswith("/label"):
            known["postage_label"]["label_zpl_url"] = recorded("GET", "/shipments/{id}/label?file_format=ZPL")["postage_label"]["label_zpl_url"]
        return 200, known
