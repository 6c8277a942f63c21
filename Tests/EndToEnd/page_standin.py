"""A broker's stand-in that misbehaves on request.

It speaks the wire contract as far as the page sees it (page, list of streams, viewers' sockets), and can do what a real
broker does not: send frames out of order, go silent on an open line, refuse for any reason, speak no subprotocol.
"""

import asyncio
import http
import json
import re
import struct
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

PAGE = Path(__file__).resolve().parents[2] / "Sources/StreamBrokerKit/Page"
SUBPROTOCOL = "stream-broker.v1"
FORMATS = {"webp": 1, "jpeg": 2, "png": 3, "avif": 4, "h264": 16}
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def security_policy() -> str:
    """The policy that the real server sends, read from where it is written."""
    source = (PAGE / "PageAssets.swift").read_text()
    directives = re.search(r"contentSecurityPolicy = \[(.*?)\]", source, re.S)
    return "; ".join(re.findall(r'"([^"]+)"', directives.group(1)))


def message(
    image: bytes,
    sequence: int,
    *,
    kind: str = "webp",
    replayed: bool = False,
    captured: float | None = None,
    arrived: float | None = None,
) -> bytes:
    """One `stream-broker.v1` message; times are seconds since 1970."""
    arrival = int((time.time() if arrived is None else arrived) * 1e6)
    capture = 0 if captured is None else int(captured * 1e6)
    return struct.pack(">4sBBHQqq", b"SBF1", FORMATS[kind], (1 if replayed else 0) | 2, 0, sequence, capture, arrival) + image


class StandIn:
    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.subprotocol = True
        self.answers_pings = True
        self.clock_error = 0.0
        self.streams: list[str] = []
        self.refusal: tuple[int, dict, dict] | None = None  # status, headers, JSON
        self.closes_with: tuple[int, str] | None = None
        self.allows_reading = True  # by pages of other origins
        self.greeting: list[bytes] = []  # sent to whoever joins
        self.controls: list[dict] = []
        self.acknowledgements = 0
        self.handshakes = 0
        self.viewers: set[ServerConnection] = set()
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # Life

    def __enter__(self) -> "StandIn":
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def start(self) -> None:
        """Listens; after `stop` again on the same port."""
        self._run(self._listen())

    def stop(self) -> None:
        """As a broker that ends: every socket is closed with 1001."""
        self._run(self._end())

    async def _listen(self) -> None:
        self._server = await serve(
            self._serve_viewer,
            "127.0.0.1",
            self.port,
            process_request=self._answer,
            select_subprotocol=lambda _, offered: SUBPROTOCOL if self.subprotocol and SUBPROTOCOL in offered else None,
            compression=None,
            ping_interval=None,
            write_limit=2**24,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        if self._server:
            self._server.close(code=1001)
            await self._server.wait_closed()
            self._server = None

    # What a test does

    def send(self, data: bytes) -> None:
        """The same message to every viewer."""

        async def send_all() -> None:
            await asyncio.gather(*(viewer.send(data) for viewer in list(self.viewers)), return_exceptions=True)

        self._run(send_all())

    def cut(self) -> None:
        """The lines break: no closing handshake."""

        async def abort() -> None:
            for viewer in list(self.viewers):
                viewer.transport.abort()

        self._run(abort())

    def wait(self, condition, what: str, timeout: float = 20) -> None:
        """Until `condition()` holds; looked at whenever something came in."""
        with self._changed:
            assert self._changed.wait_for(condition, timeout), f"never came: {what}"

    def wait_viewers(self, count: int) -> None:
        self.wait(lambda: len(self.viewers) == count, f"{count} viewers, there are {len(self.viewers)}")

    def acknowledged(self) -> list[int]:
        return [control["sequence"] for control in list(self.controls) if control["type"] == "ack"]

    def send_at_most_two_ahead(self, messages: Iterable[bytes]) -> None:
        """As the broker does it: a viewer has at most two frames that it has not acknowledged."""
        before = self.acknowledgements
        for count, data in enumerate(messages, 1):
            self.send(data)
            self.wait(lambda: self.acknowledgements - before >= count - 2, "an acknowledgement")

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def _note(self, change) -> None:
        with self._changed:
            change()
            self._changed.notify_all()

    def _heard(self, control: dict) -> None:
        self.controls.append(control)
        self.acknowledgements += control["type"] == "ack"

    # What a browser does

    def _answer(self, _: ServerConnection, request: Request) -> Response | None:
        path = request.path.split("?")[0]
        wants_socket = request.headers.get("Upgrade", "").lower() == "websocket"
        if path.startswith("/ws/"):
            if wants_socket:
                self._note(lambda: setattr(self, "handshakes", self.handshakes + 1))
            if self.refusal:
                status, headers, body = self.refusal
                return self._response(status, json.dumps(body).encode(), "application/json", headers)
            if wants_socket:
                return None
            return self._response(426, b'{"error":"a WebSocket is expected"}', "application/json", {"Upgrade": "websocket"})
        if path == "/api/streams":
            listed = {"streams": [{"stream": name} for name in self.streams]}
            return self._response(200, json.dumps(listed).encode(), "application/json")
        file = PAGE / "Assets" / ("index.html" if path == "/" else path.lstrip("/"))
        if ".." in path or not file.is_file():
            return self._response(404, b"{}", "application/json")
        return self._response(200, file.read_bytes(), TYPES[file.suffix])

    def _response(self, status: int, body: bytes, kind: str, headers: dict | None = None) -> Response:
        fields = Headers(
            {
                "Content-Type": kind,
                "Content-Length": str(len(body)),
                "Cache-Control": "no-cache",
                "Content-Security-Policy": security_policy(),
                "X-Content-Type-Options": "nosniff",
                "Connection": "close",
                **(headers or {}),
            }
        )
        if self.allows_reading:
            fields["Access-Control-Allow-Origin"] = "*"
            fields["Access-Control-Expose-Headers"] = "Retry-After"
        return Response(status, http.HTTPStatus(status).phrase, fields, body)

    async def _serve_viewer(self, viewer: ServerConnection) -> None:
        if self.closes_with:
            await viewer.close(*self.closes_with)
            return
        for data in self.greeting:
            await viewer.send(data)
        self._note(lambda: self.viewers.add(viewer))
        try:
            async for text in viewer:
                control = json.loads(text)
                if control["type"] == "ping" and self.answers_pings:
                    now = int((time.time() + self.clock_error) * 1e6)
                    await viewer.send(json.dumps({"type": "pong", "t": control["t"], "server_time_us": now}))
                self._note(lambda: self._heard(control))
        except ConnectionClosed:
            pass
        finally:
            self._note(lambda: self.viewers.discard(viewer))
