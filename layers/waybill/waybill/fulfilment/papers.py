"""What is printed for a parcel, where it lies in the bucket, and how it is read back."""

from __future__ import annotations

from waybill.aws import files
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder
from waybill.fulfilment.service import load
from waybill.kernel.errors import NotFound

PAPERS = {"label.pdf": "application/pdf", "label.zpl": "application/zpl", "packing-slip.pdf": "application/pdf"}


def key(work: FulfilmentOrder, n: int, name: str) -> str:
    """Where a paper lies. The tracking number in it stands for all that is in the parcel: of two who pack the same work at once,
    each differently, the one who loses leaves the other's papers alone."""
    return f"orders/{work.order_id}/{work.id}/{n}-{work.package(n).tracking_number}-{name}"


def read(fo_id: str, n: int, name: str, node: str = "") -> tuple[bytes, str]:
    """The kept bytes of a package's paper, and their content type. Raises NotFound."""
    _, work = load(fo_id, node)
    if name not in PAPERS:
        raise NotFound(f"a package has {', '.join(PAPERS)}")
    return files.get(key(work, n, name)), PAPERS[name]
