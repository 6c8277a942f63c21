"""HTTP and WebSocket by hand, for saying what no well-behaved library would say."""

import base64
import os
import socket
import struct


class BareConnection:
    """A TCP connection to the broker."""

    def __init__(self, port: int, timeout: float = 10, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection((host, port), timeout)
        self.buffer = b""

    def __enter__(self) -> "BareConnection":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read_until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            self._more(f"before {mark!r} came")
        found, _, self.buffer = self.buffer.partition(mark)
        return found

    def read(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self._more(f"{count} bytes were expected")
        found, self.buffer = self.buffer[:count], self.buffer[count:]
        return found

    def _more(self, when: str) -> None:
        data = self.socket.recv(65536)
        assert data, f"the connection ended, {when}; unread: {self.buffer[:200]!r}"
        self.buffer += data

    def read_response(self) -> tuple[int, dict[str, str], bytes]:
        """Status, header fields with names in lower case, body."""
        lines = self.read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        return int(lines[0].split()[1]), headers, self.read(int(headers.get("content-length", 0)))

    def wait_end(self) -> bytes:
        """What still comes before the broker closes."""
        rest = self.buffer
        try:
            while data := self.socket.recv(65536):
                rest += data
        except ConnectionResetError:
            pass
        return rest

    def upgrade(self, path: str, **changed: str | None) -> int:
        """Asks for a WebSocket and returns the status. Keywords replace header fields; None leaves one out."""
        fields: dict[str, str | None] = {
            "Host": "127.0.0.1",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        }
        fields |= {name.replace("_", "-"): value for name, value in changed.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
        self.send(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        self.status, self.headers, self.body = self.read_response()
        return self.status

    def read_websocket_frame(self) -> tuple[int, bytes]:
        """Opcode and payload of the next frame from the server."""
        first, second = self.read(2)
        assert second & 0x80 == 0, "a server must not mask"
        length = second & 0x7F
        if length == 126:
            length = struct.unpack(">H", self.read(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.read(8))[0]
        assert first & 0xF0 == 0x80, "the broker neither fragments nor sets reserved bits"
        return first & 0x0F, self.read(length)

    def read_close_code(self) -> int:
        """The code of the close frame; frames before it are passed over."""
        while True:
            opcode, payload = self.read_websocket_frame()
            if opcode == 0x8:
                return struct.unpack(">H", payload[:2])[0]


def client_frame(
    payload: bytes = b"",
    opcode: int = 0x1,
    *,
    final: bool = True,
    reserved: int = 0,
    masked: bool = True,
    claim: int | None = None,
) -> bytes:
    """A client's WebSocket frame, wrong in any way that is asked for. `claim` is the length that it says it has."""
    length = len(payload) if claim is None else claim
    head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
    flag = 0x80 if masked else 0
    if length < 126:
        head += bytes([flag | length])
    elif length < 65536:
        head += bytes([flag | 126]) + struct.pack(">H", length)
    else:
        head += bytes([flag | 127]) + struct.pack(">Q", length)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
