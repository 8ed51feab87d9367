"""The desk's pages of intake: channels, what is parked, imports; and a parked document as it came."""

from __future__ import annotations

from collections.abc import Callable

from waybill.aws.http import Answer
from waybill.desk.model.intake import is_old, to_do
from waybill.desk.visit import ROOT, Visit, act, to

SignedIn = Callable[[str, str, Callable[[Visit], Answer]], None]


def add(signed_in: SignedIn) -> None:
    """The routes of intake."""
    signed_in("GET", "/intake", _intake)
    signed_in("GET", "/documents", lambda visit: to(f"{ROOT}/intake"))
    signed_in("GET", "/documents/{document}", _document)
    signed_in("POST", "/documents/redrive", act(lambda visit, form: visit.desk.redrive(form("document")), "redriven"))


def _intake(visit: Visit) -> Answer:
    visit.desk.of_the_shop()
    reads, now = visit.desk.reads, visit.door.clock()
    documents, following = reads.documents(visit.request.query.get("cursor", "")[:2000])
    parked = [(document, to_do(document.problem), is_old(document.kept, now)) for document in documents]
    return visit.page("intake.html", "intake", parked=parked, next=following, channels=reads.channel_states(), imports=reads.imports())


def _document(visit: Visit) -> Answer:
    document = visit.desk.opened(visit.request.params["document"])
    return visit.page("document.html", "intake", document=document, to_do=to_do(document.problem) if document.problem else "")
