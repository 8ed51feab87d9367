"""A partner's folder in the bucket, as an SFTP client has it: what lies in `out/` is for the partner, what it puts into `in/` is for the shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Folder:
    """`s3` is a client of S3."""

    s3: Any
    bucket: str
    prefix: str

    def waiting(self) -> list[str]:
        """Names of what lies there for the partner, in their order."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{self.prefix}/out/")
        return sorted(found["Key"].rpartition("/")[2] for page in pages for found in page.get("Contents", ()))

    def read(self, name: str) -> str:
        return str(self.s3.get_object(Bucket=self.bucket, Key=f"{self.prefix}/out/{name}")["Body"].read().decode("utf-8", "replace"))

    def take_away(self, name: str) -> None:
        """What is dealt with need not lie there any more."""
        self.s3.delete_object(Bucket=self.bucket, Key=f"{self.prefix}/out/{name}")

    def put(self, name: str, text: str) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=f"{self.prefix}/in/{name}", Body=text.encode())
