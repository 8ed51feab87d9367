"""PayPal: an order that the buyer has approved (Orders v2), authorised, captured, voided and refunded (Payments v2).
https://developer.paypal.com/docs/api/orders/v2/ and /payments/v2/

The token is the id of the PayPal order, made by the shop's page with intent AUTHORIZE; it is also the payment's reference. The
order shows its authorisations, captures and refunds, each with the name that we gave it: nothing leans on PayPal-Request-Id alone.
"""

from __future__ import annotations

from urllib.parse import quote

from waybill.kernel.errors import PaymentDeclined
from waybill.kernel.money import decimal_string
from waybill.payments import ports
from waybill.payments.notices import Dispute
from waybill.payments.paypal.answers import (
    MORE_TO_COME,
    WITHOUT_DECIMALS,
    Paid,
    authorisation_of,
    read_disputes,
    read_order,
    read_refund,
    refund_of,
    room,
    same_money,
    whole,
)
from waybill.payments.paypal.api import PayPalApi, Refusal, refused
from waybill.payments.ports import Capabilities, Demand, GatewayRefused, Returned, Standing

_ORDERS, _PAYMENTS = "/v2/checkout/orders", "/v2/payments"
_UNIT = "/purchase_units/@reference_id=='{}'/custom_id"


class PayPal:
    """The gateway port on PayPal. Funds are sure for 3 days of the 29 that an authorisation lasts at most; it can be renewed.

    The reference of a renewed one is `<order>_<authorisation>`.
    """

    name = "paypal"
    allows = Capabilities(several_captures=True, renewal=True, hold_days=29)

    def __init__(self, client_id: str, client_secret: str, api_base: str = "") -> None:
        self._api = PayPalApi(client_id, client_secret, api_base)

    def prepare(self, demand: Demand, key: str) -> str:
        """The buyer's order is marked as this tender's. Never one of another amount, nor one that bears another's mark."""
        try:
            paid = self._read(demand.token)
        except Refusal as problem:
            raise PaymentDeclined(problem.issue or "payment_method_unknown") from problem
        if not same_money(paid, demand) or paid.intent != "AUTHORIZE":
            raise PaymentDeclined("payment_set_up_otherwise")
        mark = f"{demand.order_id}/{demand.tender}"
        if paid.mark == mark:
            return demand.token
        if paid.mark.startswith("ord_") or paid.status not in ("APPROVED", "CREATED", "PAYER_ACTION_REQUIRED"):
            raise PaymentDeclined("payment_of_another_order")
        self._patch("mark", demand.token, _UNIT.format(paid.unit), mark, "replace" if paid.mark else "add", key)
        return demand.token

    def authorise(self, reference: str, key: str) -> Standing:
        """One call: PayPal itself refuses an order that is authorised already, or never to be (`_never`)."""
        try:
            made = self._api.post("orders.authorize", f"{_path(reference)}/authorize", {}, key)
        except Refusal as problem:
            return self._not_authorised(reference, problem)
        return read_order(made, reference).standing if whole(made) else self.look_up(reference)

    def _not_authorised(self, reference: str, problem: Refusal) -> Standing:
        standing = self.look_up(reference)
        if standing.status not in (ports.PREPARED, ports.DECLINED):
            return standing
        if problem.issue == "PAYER_ACTION_REQUIRED":
            return Standing(ports.ACTION_REQUIRED)
        if problem.status != 422:
            refused(problem)
        return Standing(ports.DECLINED, 0, problem.issue.lower() or "refused")

    def capture(self, reference: str, amount: int, currency: str, key: str, final: bool = True) -> Standing:
        """`invoice_id` is our key: the capture made under it is found again whatever PayPal has forgotten."""
        paid = self._the(reference)
        if paid.capture_named(key) is None and paid.standing.status == ports.AUTHORISED:
            wanted = {"amount": _money(amount, currency), "invoice_id": key, "final_capture": final}
            try:
                self._api.post("authorizations.capture", f"{_PAYMENTS}/authorizations/{paid.authorisation}/capture", wanted, key)
            except Refusal as problem:
                return self._not_taken(reference, problem)
        return self.look_up(reference)

    def _not_taken(self, reference: str, problem: Refusal) -> Standing:
        standing = self.look_up(reference)
        if standing.status == ports.AUTHORISED and problem.issue != "AUTHORIZATION_EXPIRED":
            refused(problem)
        if standing.status == ports.AUTHORISED:
            return Standing(ports.VOIDED, 0, "expired", standing.captured)
        return Standing(standing.status, standing.amount, standing.reason or problem.issue.lower(), standing.captured)

    def void(self, reference: str, key: str) -> Standing:
        paid = self._the(reference)
        if paid.standing.status in (ports.PREPARED, ports.ACTION_REQUIRED, ports.DECLINED):
            return self._never(reference, key)
        if paid.standing.status not in (ports.AUTHORISED, ports.PENDING):
            return paid.standing
        try:
            self._api.post("authorizations.void", f"{_PAYMENTS}/authorizations/{paid.authorisation}/void", None, key)
        except Refusal as problem:
            standing = self.look_up(reference)
            if standing.status == ports.AUTHORISED:
                refused(problem)
            return standing
        return self.look_up(reference)

    def _never(self, reference: str, key: str) -> Standing:
        """PayPal has no way to void an order that is not authorised: with the intent to capture, it refuses to authorise it."""
        try:
            self._patch("forbid", reference, "/intent", "CAPTURE", "replace", key)
        except Refusal as problem:
            standing = self.look_up(reference)
            if standing.status == ports.PREPARED:
                refused(problem)
            return self.void(reference, key) if standing.status == ports.AUTHORISED else standing
        return self.look_up(reference)

    def renew(self, reference: str, amount: int, currency: str, key: str) -> str:
        """A new authorisation in place of the old one, and its reference. Raises GatewayRefused where PayPal will not."""
        paid = self._the(reference)
        wanted = {"amount": _money(amount, currency)}
        try:
            made = self._api.post("authorizations.reauthorize", f"{_PAYMENTS}/authorizations/{paid.authorisation}/reauthorize", wanted, key)
        except Refusal as problem:
            refused(problem)
        return f"{reference.partition('_')[0]}_{authorisation_of(made)}"

    def look_up(self, reference: str) -> Standing:
        return self._the(reference).standing

    def refund(self, reference: str, amount: int, currency: str, key: str) -> Returned:
        """Refunds at PayPal are of one capture: an amount that reaches over several is returned in parts, the last one without a
        sign that more is to come. Parts that were made already are not made again."""
        paid = self._the(reference)
        known = refund_of(paid, key)
        if known is not None:
            return known
        left = amount - sum(made.amount for made in paid.refunds if made.mark == key + MORE_TO_COME)
        parts = room(paid, left)
        if sum(part for _, part in parts) < left:
            return Returned("failed", 0, "", "beyond_the_capture")
        for number, (capture, part) in enumerate(parts, 1):
            mark = key if number == len(parts) else key + MORE_TO_COME
            wanted = {"amount": _money(part, currency), "custom_id": mark}
            try:
                made = self._api.post("captures.refund", f"{_PAYMENTS}/captures/{capture}/refund", wanted, f"{key}/{capture}")
            except Refusal as problem:
                return Returned("failed", 0, "", problem.issue.lower() or "refused")
        last = read_refund(made)
        return Returned(last.status, amount, last.reference, last.reason)

    def find_refund(self, reference: str, key: str) -> Returned | None:
        return refund_of(self._the(reference), key)

    def order_of(self, reference: str) -> str:
        try:
            mark = self._read(reference).mark
        except Refusal:
            return ""
        return mark.partition("/")[0] if mark.startswith("ord_") else ""

    def disputes(self, reference: str) -> tuple[Dispute, ...]:
        """Every dispute about a capture of this payment, as it stands now."""
        found: list[Dispute] = []
        for capture in self._the(reference).captures:
            try:
                listed = self._api.get("disputes.list", f"/v1/customer/disputes?disputed_transaction_id={quote(capture.id, safe='')}")
            except Refusal as problem:
                refused(problem)
            found += read_disputes(listed)
        return tuple(found)

    def verified(self, body: bytes) -> bool:
        """Whether PayPal itself says that it has signed a webhook (`paypal_webhooks.question`). Raises Unavailable."""
        try:
            answer = self._api.post_raw("webhooks.verify", "/v1/notifications/verify-webhook-signature", body)
        except Refusal:
            return False
        return answer.get("verification_status") == "SUCCESS"

    def _the(self, reference: str) -> Paid:
        try:
            return self._read(reference)
        except Refusal as problem:
            refused(problem)

    def _read(self, reference: str) -> Paid:
        order, _, renewed = reference.partition("_")
        raw = self._api.get("orders.get", _path(order))
        if not renewed:
            return read_order(raw, order)
        return read_order(raw, order, self._api.get("authorizations.get", f"{_PAYMENTS}/authorizations/{quote(renewed, safe='')}"))

    def _patch(self, verb: str, reference: str, path: str, value: str, op: str, key: str) -> None:
        try:
            self._api.patch(f"orders.{verb}", _path(reference.partition("_")[0]), [{"op": op, "path": path, "value": value}], f"{key}/{verb}")
        except Refusal as problem:
            if verb == "mark":
                refused(problem)
            raise


def _path(reference: str) -> str:
    if not 0 < len(reference) <= 64 or not reference.isascii() or not reference.replace("-", "").isalnum():
        raise GatewayRefused("no reference of this gateway")
    return f"{_ORDERS}/{reference}"


def _money(amount: int, currency: str) -> dict[str, str]:
    value = decimal_string(amount, currency)
    return {"currency_code": currency, "value": value.partition(".")[0] if currency in WITHOUT_DECIMALS else value}
