"""The desk's pages and forms about work at nodes and parcels on their way. What they stand on is loaded when somebody looks."""

from __future__ import annotations

from collections.abc import Callable

from waybill.aws.http import Answer
from waybill.desk.visit import ROOT, Field, Visit, act, to
from waybill.kernel.clock import instant
from waybill.kernel.errors import InvalidInput

SignedIn = Callable[[str, str, Callable[[Visit], Answer]], None]
_PAGE = "/fulfilment"
_LONGEST_LINE = 80


def add(signed_in: SignedIn) -> None:
    """The routes of fulfilment."""
    signed_in("GET", _PAGE, _floor)
    signed_in("POST", _PAGE + "/cases/{case}/close", _from("parcels", lambda visit, form: visit.desk.close_case(visit.request.params["case"], form("why")), "seen-to"))
    signed_in("POST", _PAGE + "/deliveries/{delivery}", _from("untold", lambda visit, form: visit.desk.tell_again(visit.request.params["delivery"]), "told-again"))
    signed_in("POST", _PAGE + "/interchanges/{interchange}/close", _from("edi", lambda visit, form: visit.desk.close_interchange(visit.request.params["interchange"]), "seen-to"))
    signed_in("POST", _PAGE + "/vans", _from("vans", _book_van, "van-wanted"))
    signed_in("POST", _PAGE + "/vans/{van}/cancel", _from("vans", lambda visit, form: visit.desk.cancel_van(visit.request.params["van"]), "van-off"))
    signed_in("POST", "/orders/{id}/work/{fo}/{verb}", _work)


def _floor(visit: Visit) -> Answer:
    from waybill.desk.model.floor import QUEUES

    asked = visit.request.query.get("queue", "")
    floor, at = visit.desk.floor(), instant(visit.door.clock())
    queues = [(name, title, hint, len(floor.queue(name))) for name, title, hint in QUEUES]
    chosen = asked if asked in {name for name, *_ in queues} else QUEUES[0][0]
    nodes, stores = floor.nodes() if chosen == QUEUES[0][0] else [], floor.stores(at) if chosen == "fetch" else []
    return visit.page("fulfilment.html", "fulfilment", queues=queues, chosen=chosen, rows=floor.queue(chosen), nodes=nodes, stores=stores, instant=at, vans_of=floor.vans_of)


def _book_van(visit: Visit, form: Field) -> None:
    from waybill.desk.model.floor import Collected

    lines = {name: " ".join(form(name).split()) for name in ("place", "note")}
    wrong = [name for name, line in lines.items() if len(line) > _LONGEST_LINE or not line.isprintable()]
    if wrong:
        raise InvalidInput(f"the place and the note have at most {_LONGEST_LINE} characters each")
    visit.desk.book_van(Collected(*(form(name)[:100] for name in ("node", "carrier", "date", "from", "to")), **lines))


def _work(visit: Visit) -> Answer:
    """Done from an order's page, or from a queue, to which it leads back."""
    from waybill.desk.model.floor import QUEUES

    form = visit.form()
    queue = form("queue")
    if queue not in {name for name, *_ in QUEUES}:
        return act(_do)(visit)
    return to(f"{ROOT}{_PAGE}?queue={queue}&said={_do(visit, form)}")


def _do(visit: Visit, form: Field) -> str:
    from waybill.desk.model.floor import Deed

    order, fo_id, verb = visit.desk.order(visit.order_id), visit.request.params["fo"], visit.request.params["verb"]
    units = {line.id: _number(form(f"units-{place}"), line.title) for place, line in enumerate(order.lines)}
    named = {line: quantity for line, quantity in units.items() if quantity}
    package = _number(form("package"), "the parcel")
    visit.desk.work(visit.order_id, fo_id, Deed(verb, form("reason"), form("node")[:100], named, package, bool(form("even_so")), form("seen")[:20], form("said")[:200], bool(form("let_go")), form("day")[:10]))
    return f"work-{verb}"


def _from(queue: str, deed: Callable[[Visit, Field], None], done: str) -> Callable[[Visit], Answer]:
    """A form of a queue posted: the deed, and then the queue."""

    def post(visit: Visit) -> Answer:
        from waybill.desk.model.floor import QUEUES

        form = visit.form()
        deed(visit, form)
        back = form("queue") if form("queue") in {name for name, *_ in QUEUES} else queue
        return to(f"{ROOT}{_PAGE}?queue={back}&said={done}")

    return post


def _number(text: str, what: str) -> int:
    text = text.strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise InvalidInput(f"{what[:60]}: a whole number is wanted")
    return int(text or 0)
