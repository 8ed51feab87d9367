"""The files bucket: labels, slips, large raw documents."""

from __future__ import annotations

from waybill.aws.clients import client
from waybill.aws.config import setting
from waybill.kernel.errors import NotFound


def put(key: str, body: bytes, content_type: str) -> str:
    """Keeps a file under a deterministic key; a repeat writes the same bytes. Answers S3's mark of the content."""
    return client("s3").put_object(Bucket=setting("FILES_BUCKET"), Key=key, Body=body, ContentType=content_type)["ETag"]


def get(key: str, mark: str = "") -> bytes:
    """Raises NotFound, with a `mark` also where the content has become another."""
    s3 = client("s3")
    try:
        answer = s3.get_object(Bucket=setting("FILES_BUCKET"), Key=key)
    except s3.exceptions.NoSuchKey:
        raise NotFound(f"there is no file {key}") from None
    if mark and answer["ETag"] != mark:
        raise NotFound("the file is not the one any more that was there at first")
    return answer["Body"].read()


def look(key: str) -> tuple[int, str] | None:
    """How many bytes it has, and its mark; None where there is none: S3 says 403 of that to who may not list the bucket."""
    s3 = client("s3")
    try:
        answer = s3.head_object(Bucket=setting("FILES_BUCKET"), Key=key)
    except s3.exceptions.ClientError as failure:
        if failure.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
            return None
        raise
    return answer["ContentLength"], answer["ETag"]


def delete(key: str) -> None:
    """Gone, or gone already."""
    client("s3").delete_object(Bucket=setting("FILES_BUCKET"), Key=key)


def address(verb: str, key: str, seconds: int) -> str:
    """An address under which who has it may do one thing (`put_object`, `get_object`) with one file, for so long."""
    return client("s3").generate_presigned_url(verb, Params={"Bucket": setting("FILES_BUCKET"), "Key": key}, ExpiresIn=seconds)
