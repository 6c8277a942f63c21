"""What goes over an RTSP connection: messages, and RTP packets between them (RFC 2326, section 10.12)."""

import re
from dataclasses import dataclass


@dataclass
class Message:
    """A request or an answer, with its body."""

    head: str
    body: bytes = b""

    @property
    def method(self) -> str:
        return self.head.split(" ", 1)[0]

    @property
    def cseq(self) -> str:
        return self.field("CSeq") or "0"

    def field(self, name: str) -> str | None:
        found = re.search(rf"^{name}:\s*(.*?)\s*$", self.head, re.MULTILINE | re.IGNORECASE)
        return found.group(1) if found else None

    def encode(self) -> bytes:
        return self.head.encode() + self.body

    def answer(self, status: str, *fields: str, body: bytes = b"") -> "Message":
        """An answer to this request."""
        lines = [f"RTSP/1.0 {status}", f"CSeq: {self.cseq}", *fields]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return Message("\r\n".join(lines) + "\r\n\r\n", body)

    def with_body(self, body: bytes) -> "Message":
        """The same message with another body."""
        length = f"Content-Length: {len(body)}"
        return Message(re.sub(r"^Content-Length:\s*\d+", length, self.head, flags=re.MULTILINE | re.IGNORECASE), body)


@dataclass
class Packet:
    """An RTP or RTCP packet within the connection."""

    channel: int
    data: bytes

    @property
    def is_media(self) -> bool:
        return self.channel % 2 == 0

    @property
    def ends_picture(self) -> bool:
        """The marker bit."""
        return bool(self.data[1] & 0x80)

    def encode(self) -> bytes:
        return b"$" + bytes([self.channel]) + len(self.data).to_bytes(2, "big") + self.data

    @property
    def timestamp(self) -> int:
        return int.from_bytes(self.data[4:8], "big")

    def later(self, ticks: int) -> "Packet":
        """The same packet with another RTP timestamp."""
        moved = self.timestamp + ticks & 0xFFFF_FFFF
        return Packet(self.channel, self.data[:4] + moved.to_bytes(4, "big") + self.data[8:])


class Splitter:
    """Takes bytes as they come, gives what is whole."""

    def __init__(self) -> None:
        self.pending = bytearray()

    def feed(self, data: bytes) -> list[Message | Packet]:
        self.pending += data
        whole = []
        while (item := self._next()) is not None:
            whole.append(item)
        return whole

    def _next(self) -> Message | Packet | None:
        pending = self.pending
        if pending[:1] == b"$":
            if len(pending) < 4 or len(pending) < (end := 4 + int.from_bytes(pending[2:4], "big")):
                return None
            item = Packet(pending[1], bytes(pending[4:end]))
        else:
            head_end = pending.find(b"\r\n\r\n") + 4
            if head_end < 4:
                return None
            item = Message(pending[:head_end].decode(errors="replace"))
            end = head_end + int(item.field("Content-Length") or 0)
            if len(pending) < end:
                return None
            item.body = bytes(pending[head_end:end])
        del pending[:end]
        return item
