"""Gateway adapters that are wrong on purpose, each in one way: the conformance suite must catch every one of them."""

from __future__ import annotations

from tests.payments.gateway_fake import GOOD, CapturesAgain, FakeGateway, LeansOnTheKeyAlone, Payment
from waybill.kernel.errors import PaymentDeclined
from waybill.payments import ports
from waybill.payments.ports import Demand, Returned, Standing


class AuthorisesWhilePreparing(FakeGateway):
    def prepare(self, demand: Demand, key: str) -> str:
        reference = super().prepare(demand, key)
        self._authorise(self._the(reference))
        return reference


class BeginsAnew(FakeGateway):
    """Leans on the key when it is asked again."""

    def _begin(self, demand: Demand, key: str, since: str) -> tuple[str, Standing]:
        return super()._begin(demand, key, "")


class NeverBeginsWhatItDoesNotFind(FakeGateway):
    def _begin(self, demand: Demand, key: str, since: str) -> tuple[str, Standing]:
        if since and key not in self.begun:
            raise PaymentDeclined("not_found")
        return super()._begin(demand, key, since)


class FindsTheNewest(FakeGateway):
    def _begin(self, demand: Demand, key: str, since: str) -> tuple[str, Standing]:
        return super()._begin(demand, list(self.begun)[-1] if since and self.begun else key, since)


class DoesNotHeedTheKey(FakeGateway):
    def _begin(self, demand: Demand, key: str, since: str) -> tuple[str, Standing]:
        self.forget_keys()
        return super()._begin(demand, key, since)


class CapturesEverything(FakeGateway):
    def _capture(self, payment: Payment, amount: int) -> Standing:
        return super()._capture(payment, payment.demand.amount)


class SaysItHasCaptured(FakeGateway):
    def _capture(self, payment: Payment, amount: int) -> Standing:
        return Standing(ports.CAPTURED, amount)


class AuthorisesADollarMore(FakeGateway):
    def _prepare(self, demand: Demand) -> str:
        more = Demand(demand.order_id, demand.tender, demand.token, demand.amount + 100, demand.currency)
        return super()._prepare(more)


class TakesEveryToken(FakeGateway):
    def _prepare(self, demand: Demand) -> str:
        return super()._prepare(Demand(demand.order_id, demand.tender, GOOD, demand.amount, demand.currency))


class DeclinesWhenDown(FakeGateway):
    def authorise(self, reference: str, key: str) -> Standing:
        return Standing(ports.DECLINED, 0, "timeout") if self.down else super().authorise(reference, key)

    def begin(self, demand: Demand, key: str, since: str = "") -> tuple[str, Standing]:
        return ("", Standing(ports.DECLINED, 0, "timeout")) if self.down else super().begin(demand, key, since)


class RaisesOnADecline(FakeGateway):
    def _authorise(self, payment: Payment) -> Standing:
        standing = super()._authorise(payment)
        if standing.status == ports.DECLINED:
            raise PaymentDeclined("card_declined")
        return standing


class AuthorisesWhatWasVoided(FakeGateway):
    def _authorise(self, payment: Payment) -> Standing:
        payment.status = ports.PREPARED if payment.status == ports.VOIDED else payment.status
        return super()._authorise(payment)


class RefundsWhenItShouldVoid(FakeGateway):
    def _void(self, payment: Payment) -> Standing:
        if payment.status == ports.CAPTURED:
            self._refund(payment, payment.captured, "void")
        return super()._void(payment)


class FindsAnyRefund(FakeGateway):
    def find_refund(self, reference: str, key: str) -> Returned | None:
        return next((made for _, made in self._the(reference).refunds), None)


class ForgetsItsRefunds(FakeGateway):
    def find_refund(self, reference: str, key: str) -> Returned | None:
        return super().find_refund(reference, "") if not self.down else super().find_refund(reference, key)


class TakesAChallengeForMoney(FakeGateway):
    def _authorise(self, payment: Payment) -> Standing:
        standing = super()._authorise(payment)
        return Standing(ports.AUTHORISED, payment.demand.amount) if standing.status == ports.ACTION_REQUIRED else standing


class SetsUpAnotherEachTime(FakeGateway):
    def prepare(self, demand: Demand, key: str) -> str:
        return super().prepare(demand, f"{key}/{len(self.payments)}")


class SaysAnEndThatIsNone(FakeGateway):
    def look_up(self, reference: str) -> Standing:
        standing = super().look_up(reference)
        return Standing(standing.status, standing.amount, standing.reason, standing.captured, "in a week")


class KeepsTheRest(FakeGateway):
    def _capture(self, payment: Payment, amount: int) -> Standing:
        return super()._capture(payment, amount) if amount == payment.demand.amount else super()._capture_part(payment, amount)

    allows = ports.Capabilities(True, False, 7)


class TakesEveryCaptureForTheLast(FakeGateway):
    def _capture_part(self, payment: Payment, amount: int) -> Standing:
        return super()._capture(payment, amount)


class CountsOnlyTheNewestPart(FakeGateway):
    def look_up(self, reference: str) -> Standing:
        standing = super().look_up(reference)
        parts = self._the(reference).parts
        return Standing(standing.status, standing.amount, standing.reason, parts[-1] if parts else 0)


class VoidsWhatWasCaptured(FakeGateway):
    def _void(self, payment: Payment) -> Standing:
        if payment.captured and payment.status == ports.AUTHORISED:
            payment.status, payment.reason = ports.VOIDED, "cancelled"
            return self._standing(payment)
        return super()._void(payment)


class SaysThatItVoided(FakeGateway):
    def _void(self, payment: Payment) -> Standing:
        return Standing(ports.VOIDED, 0, "cancelled") if payment.status == ports.AUTHORISED else super()._void(payment)


class CapturesWhatWasVoided(FakeGateway):
    def _capture(self, payment: Payment, amount: int) -> Standing:
        payment.status = ports.AUTHORISED if payment.status == ports.VOIDED else payment.status
        return super()._capture(payment, amount)


class RefundsTheNewestPartOnly(FakeGateway):
    def _refund(self, payment: Payment, amount: int, key: str) -> Returned:
        return super()._refund(payment, min(amount, payment.parts[-1]), key)


class RefundsTooMuch(FakeGateway):
    def _refund(self, payment: Payment, amount: int, key: str) -> Returned:
        made = Returned("succeeded", amount, f"re_{len(payment.refunds) + 1}")
        payment.refunds.append((key, made))
        return made


class NamesAllRefundsAlike(FakeGateway):
    def _refund(self, payment: Payment, amount: int, key: str) -> Returned:
        made = super()._refund(payment, amount, key)
        return Returned(made.status, made.amount, "re", made.reason)


class KnowsEveryPayment(FakeGateway):
    def look_up(self, reference: str) -> Standing:
        return super().look_up(reference) if reference in self.payments or self.down else Standing(ports.PREPARED)


class DeclinesWithoutAReason(FakeGateway):
    def _authorise(self, payment: Payment) -> Standing:
        standing = super()._authorise(payment)
        return Standing(standing.status, standing.amount) if standing.status == ports.DECLINED else standing


BROKEN = (
    AuthorisesWhilePreparing, BeginsAnew, NeverBeginsWhatItDoesNotFind, FindsTheNewest, DoesNotHeedTheKey, LeansOnTheKeyAlone, CapturesAgain, CapturesEverything, SaysItHasCaptured, AuthorisesADollarMore,
    TakesEveryToken, DeclinesWhenDown, RaisesOnADecline, AuthorisesWhatWasVoided, RefundsWhenItShouldVoid, FindsAnyRefund,
    ForgetsItsRefunds, TakesAChallengeForMoney, SetsUpAnotherEachTime, SaysAnEndThatIsNone, KeepsTheRest, TakesEveryCaptureForTheLast,
    CountsOnlyTheNewestPart, VoidsWhatWasCaptured, SaysThatItVoided, CapturesWhatWasVoided, RefundsTheNewestPartOnly, RefundsTooMuch,
    NamesAllRefundsAlike, KnowsEveryPayment, DeclinesWithoutAReason,
)  # fmt: skip
