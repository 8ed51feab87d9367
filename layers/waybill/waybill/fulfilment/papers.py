"""What is printed for a parcel: kept together in one archive in the bucket, read back one by one."""

from __future__ import annotations

import io
import zipfile

from waybill.aws import files
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.model.reprinting import refuse_made_there
from waybill.fulfilment.service import load
from waybill.kernel.errors import NotFound

_PDF = "application/pdf"
PAPERS = {
    "label.pdf": _PDF,
    "label.zpl": "application/zpl",
    "label-300.zpl": "application/zpl",
    "carton-label.pdf": _PDF,
    "carton-label.zpl": "application/zpl",
    "carton-label-300.zpl": "application/zpl",
    "packing-slip.pdf": _PDF,
    "packing-plan.pdf": _PDF,
    "customs.pdf": _PDF,
    "customs.json": "application/json",
    "commercial-invoice.pdf": _PDF,
    "dangerous-goods.pdf": _PDF,
}
"""All that a package may have. `carton-label`: the SSCC alone, where the label is the carrier's own; the last five only where there is something to say."""


def keep(work: FulfilmentOrder, n: int, papers: dict[str, bytes]) -> None:
    """Keeps the papers of a package, by name, under a deterministic key; the same papers are the same bytes."""
    files.put(_key(work, n), _archive(papers), "application/zip")


def read(fo_id: str, n: int, name: str, node: str = "") -> tuple[bytes, str]:
    """The kept bytes of a package's paper, and their content type. Raises NotFound."""
    return of(load(fo_id, node)[1], n, name)


def of(work: FulfilmentOrder, n: int, name: str) -> tuple[bytes, str]:
    """The same of work that was read. Raises NotFound; IllegalTransition where the warehouse has made them."""
    if name not in PAPERS:
        raise NotFound(f"a package has {', '.join(PAPERS)}")
    refuse_made_there(work, work.package(n))
    with zipfile.ZipFile(io.BytesIO(files.get(_key(work, n)))) as archive:
        if name not in archive.namelist():
            raise NotFound(f"package {n} has no {name}; it has {', '.join(archive.namelist())}")
        return archive.read(name), PAPERS[name]


def _key(work: FulfilmentOrder, n: int) -> str:
    """Where they lie. The tracking number in it stands for all that is in the parcel: of two who pack the same work at once,
    each differently, the one who loses leaves the other's papers alone."""
    return f"orders/{work.order_id}/{work.id}/{n}-{work.package(n).tracking_number}.zip"


def _archive(papers: dict[str, bytes]) -> bytes:
    """One file and not three: each put is paid for."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in papers.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
