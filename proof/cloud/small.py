"""S3, Secrets Manager and SES in memory, as far as they are used."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

from proof.cloud.service import Errors, meta, only


class S3:
    """Files of one bucket by key."""

    meta = meta(put_object="PutObject", get_object="GetObject")
    exceptions = Errors("NoSuchKey", "NoSuchBucket")

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put_object(self, **request: Any) -> dict[str, Any]:
        only("PutObject", request, "Bucket", "Key", "Body", "ContentType")
        self.files[request["Key"]] = request["Body"]
        return {}

    def get_object(self, **request: Any) -> dict[str, Any]:
        only("GetObject", request, "Bucket", "Key")
        if request["Key"] not in self.files:
            raise self.exceptions.make("NoSuchKey", "The specified key does not exist.", "GetObject")
        return {"Body": io.BytesIO(self.files[request["Key"]])}

    def list_objects_v2(self, *, Bucket: str, Prefix: str = "") -> dict[str, Any]:
        found = [{"Key": key} for key in sorted(self.files) if key.startswith(Prefix)]
        return {"Contents": found} if found else {}

    def snapshot(self) -> Any:
        return self.files.copy()

    def restore(self, taken: Any) -> None:
        self.files = taken.copy()


class Secrets:
    """JSON objects by name."""

    meta = meta(get_secret_value="GetSecretValue", put_secret_value="PutSecretValue")
    exceptions = Errors("ResourceNotFoundException")

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def get_secret_value(self, **request: Any) -> dict[str, Any]:
        only("GetSecretValue", request, "SecretId")
        if request["SecretId"] not in self.values:
            raise self.exceptions.make("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", "GetSecretValue")
        return {"SecretString": self.values[request["SecretId"]]}

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> dict[str, Any]:
        json.loads(SecretString)
        self.values[SecretId] = SecretString
        return {}

    def snapshot(self) -> Any:
        return self.values.copy()

    def restore(self, taken: Any) -> None:
        self.values = taken.copy()


@dataclass(frozen=True, slots=True)
class Mail:
    to: tuple[str, ...]
    raw: bytes


class Ses:
    """Every mail that left. `refused` are the addresses to which nothing is sent."""

    meta = meta(send_email="SendEmail")
    exceptions = Errors("MessageRejected", "BadRequestException", "TooManyRequestsException")

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.refused: set[str] = set()

    def send_email(self, **request: Any) -> dict[str, Any]:
        only("SendEmail", request, "FromEmailAddress", "Destination", "Content")
        to = tuple(request["Destination"]["ToAddresses"])
        if self.refused.intersection(to):
            raise self.exceptions.make("MessageRejected", "Address is on the suppression list", "SendEmail")
        self.sent.append(Mail(to, request["Content"]["Raw"]["Data"]))
        return {"MessageId": f"mail-{len(self.sent)}"}

    def snapshot(self) -> Any:
        return self.sent.copy()

    def restore(self, taken: Any) -> None:
        self.sent = taken.copy()
