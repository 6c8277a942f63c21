"""The wire contract as a foreign program sees it: the `stream-broker.v1` header, and viewers that keep what they get."""

import json
import struct
import threading
import time
from dataclasses import dataclass

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from harness.waiting import wait_until

SUBPROTOCOL = "stream-broker.v1"
HEADER = struct.Struct(">4sBBHQqq")
IMAGE_FORMATS = {"webp": 1, "jpeg": 2, "png": 3, "avif": 4}


@dataclass(frozen=True)
class TaggedFrame:
    image_format: int
    is_replayed: bool
    is_independent: bool
    stream_index: int
    sequence: int
    capture_time_us: int
    arrival_time_us: int
    payload: bytes

    @classmethod
    def parse(cls, message: bytes) -> "TaggedFrame":
        magic, image_format, flags, index, sequence, capture, arrival = HEADER.unpack_from(message)
        assert magic == b"SBF1"
        assert flags & ~3 == 0, "flags that nobody defined"
        payload = message[HEADER.size :]
        return cls(image_format, bool(flags & 1), bool(flags & 2), index, sequence, capture, arrival, payload)


def open_viewer(url: str, path: str, *, tagged: bool = False, **options):
    """A viewer's socket; `url` is the broker's http address."""
    return connect(
        url.replace("http", "ws", 1) + path,
        subprotocols=[SUBPROTOCOL] if tagged else None,
        compression=None,
        max_size=None,
        open_timeout=10,
        close_timeout=2,
        **options,
    )


class RecordingViewer:
    """A viewer on a thread of its own that keeps what it gets, with the moment of arrival."""

    def __init__(self, url: str, stream: str, *, tagged: bool = True, query: str = "", keep: int | None = None) -> None:
        self.socket = open_viewer(url, f"/ws/{stream}{query}", tagged=tagged)
        self.tagged, self.keep = tagged, keep
        self.frames: list[tuple[int, TaggedFrame | bytes]] = []  # Unix µs of arrival, frame
        self.count = 0
        self.closed = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            while True:
                message = self.socket.recv()
                arrival = time.time_ns() // 1000
                if isinstance(message, str):
                    continue
                self.frames.append((arrival, TaggedFrame.parse(message) if self.tagged else message))
                self.count += 1
                if self.keep is not None and len(self.frames) > self.keep:
                    del self.frames[0]
        except ConnectionClosed:
            pass
        finally:
            self.closed.set()

    def wait_frames(self, count: int, timeout: float = 15) -> None:
        wait_until(lambda: self.count >= count, f"{count} frames at a viewer", timeout)

    def wait_next(self, timeout: float = 15) -> TaggedFrame | bytes:
        """A frame that comes after this moment."""
        before = self.count
        self.wait_frames(before + 1, timeout)
        return self.frames[-1][1]

    @property
    def sequences(self) -> list[int]:
        return [frame.sequence for _, frame in self.frames]

    def close(self) -> None:
        self.socket.close()
        self.thread.join(5)

    def __enter__(self) -> "RecordingViewer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def control(socket, **message) -> None:
    socket.send(json.dumps(message))


def next_control(socket, kind: str, timeout: float = 5) -> dict:
    """The next text message of that type; frames in between are passed over."""
    deadline = time.monotonic() + timeout
    while True:
        message = socket.recv(timeout=max(0.01, deadline - time.monotonic()))
        if isinstance(message, str):
            parsed = json.loads(message)
            if parsed["type"] == kind:
                return parsed


def next_frame(socket, timeout: float = 5) -> TaggedFrame:
    """The next frame; text messages in between are passed over."""
    deadline = time.monotonic() + timeout
    while True:
        message = socket.recv(timeout=max(0.01, deadline - time.monotonic()))
        if isinstance(message, bytes):
            return TaggedFrame.parse(message)
