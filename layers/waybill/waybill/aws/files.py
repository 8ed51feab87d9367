"""The files bucket: labels, slips, large raw documents."""

from __future__ import annotations

from waybill.aws.clients import client
from waybill.aws.config import setting
from waybill.kernel.errors import NotFound


def put(key: str, body: bytes, content_type: str) -> None:
    """Keeps a file under a deterministic key; a repeat writes the same bytes."""
    client("s3").put_object(Bucket=setting("FILES_BUCKET"), Key=key, Body=body, ContentType=content_type)


def get(key: str) -> bytes:
    """Raises NotFound."""
    s3 = client("s3")
    try:
        return s3.get_object(Bucket=setting("FILES_BUCKET"), Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        raise NotFound(f"there is no file {key}") from None
