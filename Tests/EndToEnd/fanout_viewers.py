"""Many viewers of one stream in one small process, for the test of the fan-out.

    fanout_viewers.py PORT STREAM READERS SLEEPERS [ADDRESS]

READERS read everything and note the sequence in each frame's header; SLEEPERS join and never read. Prints `joined`
when all are there. For each line on standard input it prints a line of JSON with what each reader has seen since the
one before, and it ends when standard input does; with nobody at the other end of that it goes on. The payload is only counted: the measuring must not be what limits the
rate.
"""

import json
import os
import selectors
import socket
import stat
import struct
import sys

HEADER_LENGTH = 32
scratch = bytearray(1 << 20)
view = memoryview(scratch)


def join(address: str, port: int, stream: str, receive_buffer: int | None = None) -> socket.socket:
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.connect((address, port))
    connection.sendall(
        f"GET /ws/{stream} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: stream-broker.v1\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):  # a byte at a time: what follows belongs to the first frame
        head += connection.recv(1)
    assert head.startswith(b"HTTP/1.1 101"), head
    return connection


class Reader:
    """Counts frames and notes their sequences; keeps nothing of the payload."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.head = b""
        self.skip = 0
        self.sequences: list[int] = []

    def read(self) -> bool:
        """Takes what is there; False when the broker has closed."""
        try:
            while True:
                if self.skip:
                    # MSG_TRUNC on a TCP socket: the kernel throws the bytes away instead of copying them.
                    wanted, flags = min(self.skip, len(scratch)), socket.MSG_TRUNC
                else:
                    wanted, flags = self._needed() - len(self.head), 0
                count = self.connection.recv_into(view[:wanted], wanted, flags)
                if count == 0:
                    return False
                if self.skip:
                    self.skip -= count
                    continue
                self.head += bytes(view[:count])
                if len(self.head) == self._needed():
                    self._begin()
        except BlockingIOError:
            return True

    def _prefix(self) -> int:
        length = self.head[1] & 0x7F
        return 10 if length == 127 else 4 if length == 126 else 2

    def _needed(self) -> int:
        """How many bytes to gather before the next decision: two, the prefix, the prefix and the frame's header or a ping's payload."""
        if len(self.head) < 2:
            return 2
        if len(self.head) < self._prefix():
            return self._prefix()
        opcode = self.head[0] & 0x0F
        return self._prefix() + (HEADER_LENGTH if opcode == 2 else self.head[1] if opcode == 9 else 0)

    def _begin(self) -> None:
        prefix = self._prefix()
        length = self.head[1] & 0x7F
        if length == 126:
            length = struct.unpack_from(">H", self.head, 2)[0]
        elif length == 127:
            length = struct.unpack_from(">Q", self.head, 2)[0]
        opcode = self.head[0] & 0x0F
        if opcode == 2:
            assert self.head[prefix : prefix + 4] == b"SBF1"
            self.sequences.append(struct.unpack_from(">Q", self.head, prefix + 8)[0])
            length -= HEADER_LENGTH
        elif opcode == 9:
            # A mask of zeros is a mask.
            self.connection.sendall(bytes([0x8A, 0x80 | length]) + bytes(4) + self.head[prefix:])
            length = 0
        self.head = b""
        self.skip = length


def main() -> None:
    port, stream, readers, sleepers = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    address = sys.argv[5] if len(sys.argv) > 5 else "127.0.0.1"
    asleep = [join(address, port, stream, receive_buffer=4096) for _ in range(sleepers)]  # kept open to the end
    selector = selectors.EpollSelector()
    awake = [Reader(join(address, port, stream)) for _ in range(readers)]
    for reader in awake:
        reader.connection.setblocking(False)
        selector.register(reader.connection, selectors.EVENT_READ, reader)
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        selector.register(sys.stdin, selectors.EVENT_READ, None)
    print("joined", len(awake) + len(asleep), flush=True)

    cut_off = 0
    while True:
        for key, _ in selector.select():
            if key.data is None:
                if not os.read(sys.stdin.fileno(), 100):
                    return
                print(json.dumps({"sequences": [reader.sequences for reader in awake], "cut_off": cut_off}), flush=True)
                for reader in awake:
                    reader.sequences = []
            elif not key.data.read():
                selector.unregister(key.fileobj)
                cut_off += 1


if __name__ == "__main__":
    main()
