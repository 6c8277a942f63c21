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
import urllib.parse
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


def for_index(data: bytes, index: int) -> bytes:
    """The same message for another stream of a socket; a plain picture stays what it is."""
    return data[:6] + struct.pack(">H", index) + data[8:] if data[:4] == b"SBF1" else data


class Viewer:
    """A socket of the page, and the streams on it."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.path = socket.request.path
        self.streams: dict[int, str] = {}
        self.carries_many = False

    def add(self, name: str) -> None:
        if name not in self.streams.values():
            self.streams[next(index for index in range(1000) if index not in self.streams)] = name

    def remove(self, name: str) -> None:
        self.streams = {index: each for index, each in self.streams.items() if each != name}

    async def announce(self) -> None:
        if self.carries_many:
            listed = [{"index": index, "stream": name} for index, name in self.streams.items()]
            await self.socket.send(json.dumps({"type": "streams", "streams": listed}))


class StandIn:
    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.subprotocol = True
        self.answers_pings = True
        self.clock_error = 0.0
        self.streams: list[str | dict] | None = []  # as they are listed; None when that is refused
        self.refused_streams: dict[str, str] = {}  # a stream that is asked for on a socket, and the error
        self.refusal: tuple[int, dict, dict] | None = None  # status, headers, JSON
        self.closes_with: tuple[int, str] | None = None
        self.allows_reading = True  # by pages of other origins
        self.greeting: list[bytes] = []  # sent to whoever joins
        self.controls: list[dict] = []
        self.acknowledged_up_to = 0
        self.handshake_times: list[float] = []
        self.listings = 0
        self.sockets: set[Viewer] = set()
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None
        self._server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def viewers(self) -> list[Viewer]:
        """The sockets that carry a stream at the moment."""
        return [viewer for viewer in list(self.sockets) if viewer.streams]

    @property
    def watched(self) -> list[str]:
        """The streams on all sockets."""
        return sorted(name for viewer in self.viewers for name in viewer.streams.values())

    @property
    def handshakes(self) -> int:
        return len(self.handshake_times)

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

    def send(self, data: bytes, stream: str | None = None) -> None:
        """The same message to every viewer of a stream; of every stream when none is named."""

        async def send_all() -> None:
            sends = [
                viewer.socket.send(for_index(data, index))
                for viewer in self.viewers
                for index, name in viewer.streams.items()
                if stream in (None, name)
            ]
            await asyncio.gather(*sends, return_exceptions=True)

        self._run(send_all())

    def cut(self) -> None:
        """The lines break: no closing handshake."""

        async def abort() -> None:
            for viewer in list(self.sockets):
                viewer.socket.transport.abort()

        self._run(abort())

    def wait(self, condition, what: str, timeout: float = 20) -> None:
        """Until `condition()` holds; looked at whenever something came in."""
        with self._changed:
            assert self._changed.wait_for(condition, timeout), f"never came: {what}"

    def wait_viewers(self, count: int) -> None:
        self.wait(lambda: len(self.viewers) == count, f"{count} viewers, there are {len(self.viewers)}")

    def acknowledged(self) -> list[int]:
        return [control["sequence"] for control in list(self.controls) if is_acknowledgement(control)]

    def send_at_most_two_ahead(self, messages: Iterable[bytes]) -> None:
        """Messages 1, 2, 3 … as the broker sends them: a viewer has at most two that it has not acknowledged."""
        for sequence, data in enumerate(messages, 1):
            self.wait(lambda: self.acknowledged_up_to >= sequence - 2, "an acknowledgement")
            self.send(data)

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def _note(self, change) -> None:
        with self._changed:
            change()
            self._changed.notify_all()

    def _heard(self, control: dict) -> None:
        self.controls.append(control)
        if is_acknowledgement(control):
            self.acknowledged_up_to = control["sequence"]

    # What a browser does

    def _answer(self, _: ServerConnection, request: Request) -> Response | None:
        path = request.path.split("?")[0]
        wants_socket = request.headers.get("Upgrade", "").lower() == "websocket"
        if path == "/ws" or path.startswith("/ws/"):
            if wants_socket:
                self._note(lambda: self.handshake_times.append(time.monotonic()))
            if self.refusal:
                status, headers, body = self.refusal
                return self._response(status, json.dumps(body).encode(), "application/json", headers)
            if wants_socket:
                return None
            return self._response(426, b'{"error":"a WebSocket is expected"}', "application/json", {"Upgrade": "websocket"})
        if path == "/api/streams":
            self._note(lambda: setattr(self, "listings", self.listings + 1))
            if self.streams is None:
                return self._response(403, b"{}", "application/json")
            entries = [each if isinstance(each, dict) else {"stream": each, "state": "live"} for each in self.streams]
            listed = {"streams": entries}
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

    async def _serve_viewer(self, socket: ServerConnection) -> None:
        if self.closes_with:
            await socket.close(*self.closes_with)
            return
        viewer = Viewer(socket)
        target = urllib.parse.urlsplit(viewer.path)
        viewer.carries_many = target.path == "/ws"
        named = urllib.parse.parse_qs(target.query).get("streams", [""])[0] if viewer.carries_many else target.path[4:]
        try:
            await self._add(viewer, [name for name in named.split(",") if name])
            self._note(lambda: self.sockets.add(viewer))
            async for text in socket:
                control = json.loads(text)
                await self._obey(viewer, control)
                self._note(lambda: self._heard(control))
        except ConnectionClosed:
            pass
        finally:
            self._note(lambda: self.sockets.discard(viewer))

    async def _add(self, viewer: Viewer, names: list[str]) -> None:
        for name in names:
            if name in self.refused_streams:
                error = self.refused_streams[name]
                await viewer.socket.send(json.dumps({"type": "refused", "stream": name, "error": error}))
            else:
                viewer.add(name)
        await viewer.announce()
        for data in self.greeting:
            for index, name in viewer.streams.items():
                if name in names:
                    await viewer.socket.send(for_index(data, index))

    async def _obey(self, viewer: Viewer, control: dict) -> None:
        match control["type"]:
            case "ping" if self.answers_pings:
                now = int((time.time() + self.clock_error) * 1e6)
                await viewer.socket.send(json.dumps({"type": "pong", "t": control["t"], "server_time_us": now}))
            case "subscribe":
                await self._add(viewer, control["streams"])
            case "unsubscribe":
                for name in control["streams"]:
                    viewer.remove(name)
                await viewer.announce()


def is_acknowledgement(control: dict) -> bool:
    """Of a frame: with 0 a viewer only says that it will acknowledge."""
    return control["type"] == "ack" and control["sequence"] > 0
