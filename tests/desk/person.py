"""A person at the desk, over the desk's own function."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from tests.support.world import World


class Person:
    """Signed in with an API key, over the desk's own function."""

    def __init__(self, system: World, key: str) -> None:
        self.system, self.cookie, self.page = system, "", ""
        self.get("/desk/sign-in")
        assert self.post("/desk/sign-in", key=key) == 303

    def get(self, path: str) -> int:
        where, _, query = path.partition("?")
        return self._call("GET", where, dict(pair.split("=", 1) for pair in query.split("&") if pair))

    def post(self, path: str, **fields: str) -> int:
        token = re.search(r'name="token" value="([^"]*)"', self.page)
        return self._call("POST", path, {}, urlencode({"token": token[1] if token else "", **fields}).encode())

    def _call(self, method: str, path: str, query: dict[str, str], body: bytes = b"") -> int:
        event = {
            "rawPath": path,
            "cookies": [self.cookie] if self.cookie else [],
            "queryStringParameters": query,
            "requestContext": {"http": {"method": method}, "requestId": "t"},
            "body": body.decode(),
        }
        answer = self.system.handler("desk")(event, None)
        if answer.get("cookies"):
            self.cookie = answer["cookies"][0].partition(";")[0]
        self.page = answer["body"] if not answer.get("isBase64Encoded") else "binary"
        return answer["statusCode"]
