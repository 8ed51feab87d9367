"""Many labels as one file, in the order in which they were asked for; and one label printed once more. Nothing is drawn: these are the kept bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from waybill.aws import files
from waybill.fulfilment import papers
from waybill.fulfilment.manifesting import works
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.reprinting import refuse_unusable, reprinted
from waybill.fulfilment.service import Fulfilment, load
from waybill.kernel.errors import IllegalTransition, WaybillError
from waybill.kernel.ids import digest

MOST = 100
"""Labels in one file."""
_SECONDS = 900
"""For so long the address of a file is good."""
_KINDS = {"pdf": "application/pdf", "zpl": "application/zpl"}
Problem = dict[str, Any]
Label = tuple[str, int]
"""(fulfilment order, package)."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What became of a batch. `url`: where the file can be fetched, "" where nothing could be printed; `printed`: (fulfilment order, package) in its order; `failed`: what is not in
    it and why; `more`: there was more than fits."""

    url: str
    printed: tuple[Label, ...]
    failed: tuple[Problem, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Batching:
    """`wave` answers the fulfilment orders of a walk in the order of their slots."""

    fulfilment: Fulfilment
    wave: Callable[[str, str], Sequence[str]]

    def of(self, fo_ids: Sequence[str], name: str, node: str = "") -> Printed:
        """Of these fulfilment orders, each with all its packages. `name`: which paper, as `label.pdf`."""
        found: list[FulfilmentOrder] = []
        failed: list[Problem] = []
        for fo_id in dict.fromkeys(fo_ids):
            try:
                found.append(_labelled(load(fo_id, node)[1]))
            except WaybillError as problem:
                failed.append(_failed(fo_id, 0, problem))
        return _printed(found, name, failed)

    def of_wave(self, id: str, name: str, node: str = "") -> Printed:
        """Raises NotFound."""
        return self.of(self.wave(id, node), name, node)

    def of_node(self, node: str, name: str) -> Printed:
        """All that stands labelled at a node, the oldest work first."""
        waiting = (replace(work, packages=tuple(each for each in work.staying() if not each.label)) for work in works(node))
        return _printed(waiting, name, [])

    def again(self, fo_id: str, n: int, name: str, actor: str, node: str = "") -> tuple[bytes, str]:
        """A package's label once more, from our own copy; the timeline says by whom. Raises NotFound, IllegalTransition for one that must not be used."""

        def decide(work: FulfilmentOrder, at: str) -> FulfilmentOrder:
            return reprinted(work, n, at, actor)

        work = load(fo_id, node)[1]
        content = papers.of(reprinted(work, n, "", actor), n, name)
        self.fulfilment.alone(fo_id, node, decide)
        return content


def _labelled(work: FulfilmentOrder) -> FulfilmentOrder:
    if not work.packages:
        raise IllegalTransition(f"{work.id} is {work.status}: it has no label yet")
    return work


def _printed(found: Iterable[FulfilmentOrder], name: str, failed: list[Problem]) -> Printed:
    contents: dict[Label, bytes] = {}
    more = False
    for work in found:
        for package in work.packages:
            if len(contents) == MOST:
                more = True
                break
            try:
                refuse_unusable(work, package)
                contents[work.id, package.n] = papers.of(work, package.n, name)[0]
            except WaybillError as problem:
                failed.append(_failed(work.id, package.n, problem))
        if more:
            break
    file, unread = _joined(contents, name)
    printed = tuple(key for key in contents if key not in unread)
    failed += [{"fulfilment_order": fo_id, "package": n, "problem": "the label that its carrier has sent is no PDF that can be joined"} for fo_id, n in unread]
    return Printed(_kept(file, name) if printed else "", printed, tuple(failed), more)


def _joined(contents: dict[Label, bytes], name: str) -> tuple[bytes, list[Label]]:
    """All of them as one, and those that could not be read."""
    if not name.endswith(".pdf"):
        return b"\n".join(contents.values()), []
    from io import BytesIO

    from pypdf import PdfWriter
    from pypdf.errors import PyPdfError

    out, pages, unread = BytesIO(), PdfWriter(), []
    for label, content in contents.items():
        try:
            pages.append(BytesIO(content), import_outline=False)
        except PyPdfError:
            unread.append(label)
    pages.write(out)
    return out.getvalue(), unread


def _kept(file: bytes, name: str) -> str:
    """The address of the file: the same labels are the same one."""
    kind = name.rpartition(".")[2]
    key = f"batches/{digest(name, file.hex())}.{kind}"
    if files.look(key) is None:
        files.put(key, file, _KINDS[kind])
    return files.address("get_object", key, _SECONDS)


def _failed(fo_id: str, n: int, problem: WaybillError) -> Problem:
    return {"fulfilment_order": fo_id, "package": n or None, "problem": problem.message}
