"""Tokens and access files of tests, made by programs that are not ours."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import httpx


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    return "sha256:" + hashlib.sha256(token.encode()).hexdigest()


def write_access(path: Path, tokens: dict[str, tuple[list[str], list[str]]], **more: object) -> Path:
    """`write_access(path, {token: (permissions, streams)})`; JSON is YAML, too."""
    entries = [
        {"name": f"token {index}", "hash": hashed(token), "permissions": permissions, "streams": streams}
        for index, (token, (permissions, streams)) in enumerate(tokens.items())
    ]
    path.write_text(json.dumps({"tokens": entries} | more, indent=2))
    return path


def jwt(secret: str, **claims: object) -> str:
    """A token signed with HS256, good for a minute."""

    def encode(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    head = encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = encode(json.dumps({"exp": int(time.time()) + 60} | claims).encode())
    signature = hmac.new(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{encode(signature)}"


class Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self.token = token

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request
