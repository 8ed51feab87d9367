"""S3, Secrets Manager and SES in memory, as far as they are used."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from typing import Any

from proof.cloud.service import Errors, meta, only


class S3:
    """Files of one bucket by key."""

    meta = meta(put_object="PutObject", get_object="GetObject", head_object="HeadObject", delete_object="DeleteObject")
    exceptions = Errors("NoSuchKey", "NoSuchBucket")

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put_object(self, **request: Any) -> dict[str, Any]:
        only("PutObject", request, "Bucket", "Key", "Body", "ContentType")
        self.files[request["Key"]] = request["Body"]
        return {"ETag": _mark(request["Body"])}

    def get_object(self, **request: Any) -> dict[str, Any]:
        only("GetObject", request, "Bucket", "Key")
        if request["Key"] not in self.files:
            raise self.exceptions.make("NoSuchKey", "The specified key does not exist.", "GetObject")
        return {"Body": io.BytesIO(self.files[request["Key"]]), "ETag": _mark(self.files[request["Key"]])}

    def generate_presigned_url(self, verb: str, *, Params: dict[str, str], ExpiresIn: int) -> str:
        """Signed on this side: nothing is called. Nobody comes by it here."""
        return f"https://{Params['Bucket']}.example/{Params['Key']}?verb={verb}&seconds={ExpiresIn}"

    def head_object(self, **request: Any) -> dict[str, Any]:
        only("HeadObject", request, "Bucket", "Key")
        if request["Key"] not in self.files:
            raise self.exceptions.make("404", "Not Found", "HeadObject", ResponseMetadata={"HTTPStatusCode": 404})
        return {"ContentLength": len(self.files[request["Key"]]), "ETag": _mark(self.files[request["Key"]])}

    def delete_object(self, **request: Any) -> dict[str, Any]:
        only("DeleteObject", request, "Bucket", "Key")
        self.files.pop(request["Key"], None)
        return {}

    def list_objects_v2(self, *, Bucket: str, Prefix: str = "") -> dict[str, Any]:
        found = [{"Key": key} for key in sorted(self.files) if key.startswith(Prefix)]
        return {"Contents": found} if found else {}

    def snapshot(self) -> Any:
        return self.files.copy()

    def restore(self, taken: Any) -> None:
        self.files = taken.copy()


def _mark(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


class Secrets:
    """JSON objects by name: each version by its token, and which of them is current."""

    meta = meta(get_secret_value="GetSecretValue", put_secret_value="PutSecretValue", update_secret_version_stage="UpdateSecretVersionStage")
    exceptions = Errors("ResourceNotFoundException", "InvalidParameterException", "InvalidRequestException")

    def __init__(self) -> None:
        self.versions: dict[tuple[str, str], str] = {}
        self.current: dict[str, str] = {}

    def get_secret_value(self, **request: Any) -> dict[str, Any]:
        only("GetSecretValue", request, "SecretId")
        name = request["SecretId"]
        if name not in self.current:
            raise self.exceptions.make("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", "GetSecretValue")
        return {"SecretString": self.versions[name, self.current[name]], "VersionId": self.current[name]}

    def put_secret_value(self, **request: Any) -> dict[str, Any]:
        only("PutSecretValue", request, "SecretId", "SecretString", "ClientRequestToken", "VersionStages")
        name, version = request["SecretId"], request.get("ClientRequestToken") or f"version-{len(self.versions)}"
        json.loads(request["SecretString"])
        self.versions[name, version] = request["SecretString"]
        if "AWSCURRENT" in request.get("VersionStages", ["AWSCURRENT"]):
            self.current[name] = version
        return {"VersionId": version}

    def update_secret_version_stage(self, **request: Any) -> dict[str, Any]:
        only("UpdateSecretVersionStage", request, "SecretId", "VersionStage", "MoveToVersionId", "RemoveFromVersionId")
        if request["VersionStage"] != "AWSCURRENT" or self.current[request["SecretId"]] != request["RemoveFromVersionId"]:
            raise self.exceptions.make("InvalidParameterException", "The stage is attached to another version", "UpdateSecretVersionStage")
        self.current[request["SecretId"]] = request["MoveToVersionId"]
        return {}

    def snapshot(self) -> Any:
        return self.versions.copy(), self.current.copy()

    def restore(self, taken: Any) -> None:
        self.versions, self.current = taken[0].copy(), taken[1].copy()


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
