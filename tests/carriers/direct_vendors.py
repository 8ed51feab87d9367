"""UPS and FedEx as their APIs answer, no further than our function asks: stand-ins that take what karrio's connectors send and nothing else.

The shapes and the values of the answers are those of karrio's own tests (github.com/karrioapi/karrio, modules/connectors/{ups,fedex}/tests, LGPL-3.0), cut down to what is read,
so that what karrio is known to make of them can be held against what we make of that.
"""

from __future__ import annotations

import io
import json
import time
from abc import ABC, abstractmethod
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import PIL.Image
from reportlab.pdfgen.canvas import Canvas

from waybill.aws.outbound import Reply
from waybill.kernel.errors import Unavailable

TOKEN = "token-1"


class Vendor(ABC):
    """`send` stands where `aws.outbound.send` is. `calls`: (method, path, body) of all but tokens."""

    host = ""
    account: dict[str, str] = {}

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.labels: dict[str, bool] = {}
        self.losses: list[str] = []
        self.down = self.rubbish = self.locked_out = False
        self.words = ""
        self.tokens = 0

    def send(self, name: str, method: str, url: str, headers: dict[str, str], body: bytes = b"", seconds: float = 6.0) -> Reply:
        target = urlsplit(url)
        assert target.scheme == "https" and target.hostname == self.host, url
        if self.down:
            raise Unavailable(f"{target.hostname} does not answer")
        if target.path.endswith("/oauth/token"):
            self.tokens += 1
            return self.says(200, self.token(parse_qs(body.decode()), headers)) if not self.locked_out else self.refuses(401, "250002", "Invalid Authentication Information.")
        assert headers["Authorization"] == f"Bearer {TOKEN}"
        asked = json.loads(body) if body else None
        self.calls.append((method, target.path, asked))
        if self.rubbish:
            return self.says(200, {"RateResponse": {"RatedShipment": [{"Service": 7}]}, "output": {"rateReplyDetails": [{"serviceType": 9}]}})
        what = self.kind(method, target.path)
        if self.words:
            return self.refuses(400, "111285", self.words)
        reply = getattr(self, what)(asked, target.path)
        if what in self.losses:
            self.losses.remove(what)
            raise Unavailable("the answer is lost")
        return reply

    def live(self) -> list[str]:
        return [number for number, alive in self.labels.items() if alive]

    def sold(self) -> str:
        number = self.number(len(self.labels) + 1)
        self.labels[number] = True
        return number

    def says(self, status: int, body: Any) -> Reply:
        return Reply(status, {"content-type": "application/json"}, json.dumps(body).encode())

    @abstractmethod
    def token(self, form: dict[str, list[str]], headers: dict[str, str]) -> dict[str, Any]: ...

    @abstractmethod
    def number(self, n: int) -> str: ...

    @abstractmethod
    def kind(self, method: str, path: str) -> str: ...

    @abstractmethod
    def refuses(self, status: int, code: str, words: str) -> Reply: ...


class Ups(Vendor):
    host = "wwwcie.ups.com"
    account = {"client_id": "client_id", "client_secret": "client_secret", "account_number": "Your Account Number"}

    def token(self, form: dict[str, list[str]], headers: dict[str, str]) -> dict[str, Any]:
        assert headers["Authorization"] == "Basic Y2xpZW50X2lkOmNsaWVudF9zZWNyZXQ="
        return {"token_type": "Bearer", "issued_at": str(int(time.time() * 1000)), "access_token": TOKEN, "expires_in": "14399"}

    def number(self, n: int) -> str:
        return "1ZXXXXXXXXXXXXXXXX" if n == 1 else f"1ZXXXXXXXXXXXXXX{n:02}"

    def kind(self, method: str, path: str) -> str:
        known = {("POST", "/api/rating/v2409/Shop"): "rate", ("POST", "/api/shipments/v2409/ship"): "buy"}
        return known.get((method, path)) or {"DELETE": "void", "GET": "track"}[method]

    def refuses(self, status: int, code: str, words: str) -> Reply:
        return self.says(status, {"response": {"errors": [{"code": code, "message": words}]}})

    def rate(self, asked: Any, path: str) -> Reply:
        rated = [_rated("14", "708", "253.65", "251.11", "344.00", "1"), _rated("01", "408", "222.35", "220.13", "303.48", "1")]
        return self.says(200, {"RateResponse": {"Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}}, "RatedShipment": rated}})

    def buy(self, asked: Any, path: str) -> Reply:
        number, drawn = self.sold(), io.BytesIO()
        PIL.Image.new("L", (140, 80), 255).save(drawn, "GIF")
        label = {"ImageFormat": {"Code": "GIF"}, "GraphicImage": b64encode(drawn.getvalue()).decode()}
        charges = {"TotalCharges": {"CurrencyCode": "CAD", "MonetaryValue": "135.15"}}
        results = {"ShipmentCharges": charges, "ShipmentIdentificationNumber": number, "PackageResults": [{"TrackingNumber": number, "ShippingLabel": label}]}
        return self.says(200, {"ShipmentResponse": {"Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}}, "ShipmentResults": results}})

    def void(self, asked: Any, path: str) -> Reply:
        before, _, number = path.rpartition("/")
        assert before == "/api/shipments/v2409/void/cancel"
        if number not in self.labels:
            return self.refuses(400, "190102", "No shipment found within the allowed void period")
        if not self.labels[number]:
            return self.refuses(400, "190117", "The shipment has already been voided")
        self.labels[number] = False
        return self.says(200, {"VoidShipmentResponse": {"Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}}}})

    def track(self, asked: Any, path: str) -> Reply:
        status = {"code": "SR", "description": "Your package was released by the customs agency.", "statusCode": "003", "type": "X"}
        activity = {"date": "20210210", "time": "071356", "location": {"address": {"city": "Wayne", "stateProvince": "NJ", "countryCode": "US"}}, "status": status}
        package = {"trackingNumber": path.rpartition("/")[2], "activity": [activity], "currentStatus": status}
        return self.says(200, {"trackResponse": {"shipment": [{"inquiryNumber": "1Z023E2X0214323462", "package": [package]}]}})


class FedEx(Vendor):
    host = "apis-sandbox.fedex.com"
    account = {"api_key": "key", "secret_key": "secret", "account_number": "2349857", "track_api_key": "track-key", "track_secret_key": "track-secret"}

    def token(self, form: dict[str, list[str]], headers: dict[str, str]) -> dict[str, Any]:
        assert (form["client_id"], form["client_secret"]) in ((["key"], ["secret"]), (["track-key"], ["track-secret"]))
        return {"access_token": TOKEN, "token_type": "bearer", "expires_in": 3599}

    def number(self, n: int) -> str:
        return "794953535000" if n == 1 else f"7949535350{n:02}"

    def kind(self, method: str, path: str) -> str:
        return {
            ("POST", "/rate/v1/rates/quotes"): "rate", ("POST", "/ship/v1/shipments"): "buy", ("PUT", "/ship/v1/shipments/cancel"): "void",
            ("POST", "/track/v1/trackingnumbers"): "track",
        }[method, path]  # fmt: skip

    def refuses(self, status: int, code: str, words: str) -> Reply:
        return self.says(status, {"transactionId": "624deea6", "errors": [{"code": code, "message": words}]})

    def rate(self, asked: Any, path: str) -> Reply:
        detail = {"currency": "CAD", "surCharges": [{"type": "FUEL", "description": "Fuel Surcharge", "amount": 5.9}], "taxes": [{"type": "HST", "description": "Canada HST", "amount": 6.88}]}
        rated = {"rateType": "PREFERRED_CURRENCY", "totalDiscounts": 0, "totalBaseCharge": 39.98, "totalNetCharge": 52.76, "shipmentRateDetail": detail, "currency": "CAD"}
        reply = {"serviceType": "FEDEX_EXPRESS_SAVER", "serviceName": "FedEx Economy", "packagingType": "YOUR_PACKAGING", "ratedShipmentDetails": [rated]}
        return self.says(200, {"output": {"alerts": [_NOTE], "rateReplyDetails": [reply]}})

    def buy(self, asked: Any, path: str) -> Reply:
        number, drawn = self.sold(), io.BytesIO()
        page = Canvas(drawn, pagesize=(288, 432))
        page.drawString(9, 9, number)
        page.save()
        document = {"contentType": "LABEL", "docType": "PDF", "encodedLabel": b64encode(drawn.getvalue()).decode()}
        piece = {"trackingNumber": number, "packageDocuments": [document]}
        made = {"serviceType": "STANDARD_OVERNIGHT", "serviceCategory": "EXPRESS", "masterTrackingNumber": number, "pieceResponses": [piece], "alerts": [_MISMATCH]}
        return self.says(200, {"output": {"transactionShipments": [made], "alerts": [_MISMATCH]}})

    def void(self, asked: Any, path: str) -> Reply:
        number = asked["trackingNumber"]
        if not self.labels.get(number):
            return self.refuses(400, "SHIPMENT.CANCELLED", "The shipment has already been cancelled" if number in self.labels else "Tracking number is not found")
        self.labels[number] = False
        return self.says(200, {"output": {"cancelledShipment": True, "cancelledHistory": True, "alerts": [_MISMATCH]}})

    def track(self, asked: Any, path: str) -> Reply:
        number = asked["trackingInfo"][0]["trackingNumberInfo"]["trackingNumber"]
        event = {"date": "2018-02-02T12:01:00-07:00", "eventType": "PU", "derivedStatusCode": "PU", "eventDescription": "Package available for clearance"}
        result = {"trackingNumberInfo": {"trackingNumber": number}, "latestStatusDetail": {"code": "IT", "derivedCode": "IT"}, "scanEvents": [event], "dateAndTimes": []}
        return self.says(200, {"output": {"completeTrackResults": [{"trackingNumber": number, "trackResults": [result]}]}})


_NOTE = {"code": "SHIPMENT.CHARGES.NOTE", "message": "Shipment level charges have been added to first package.", "alertType": "NOTE"}
_MISMATCH = {"code": "SHIP.RECIPIENT.POSTALCITY.MISMATCH", "message": "Recipient Postal-City Mismatch.", "alertType": "NOTE"}


def _rated(code: str, zone: str, base: str, negotiated: str, total: str, days: str) -> dict[str, Any]:
    def cad(value: str) -> dict[str, str]:
        return {"CurrencyCode": "CAD", "MonetaryValue": value}

    arrival = {"BusinessDaysInTransit": days, "TotalTransitDays": days}
    return {
        "Service": {"Code": code, "Description": ""}, "Zone": zone, "BaseServiceCharge": cad(base), "TransportationCharges": cad(base), "ServiceOptionsCharges": cad("6.65"),
        "TotalCharges": cad("330.92"), "NegotiatedRateCharges": {"BaseServiceCharge": cad(negotiated), "TotalCharge": cad(negotiated), "TotalChargesWithTaxes": cad(total)},
        "TimeInTransit": {"ServiceSummary": {"Service": {"Description": "UPS"}, "EstimatedArrival": arrival}},
    }  # fmt: skip
