"""A line between a camera and its client on which anything can go wrong: a TCP proxy that understands RTSP.

All lines of a run share one event loop on a thread of its own. A test sets what is wrong by assigning to attributes, from
any thread; it holds from the next packet on.
"""

import asyncio
import random
import socket
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from faults.datagrams import DatagramRelay
from faults.rtsp_messages import Message, Packet, Splitter

# As much as waits for a slow client in here; beyond that the camera is not read.
QUEUE_LENGTH = 64
RECEIVE_BUFFER = 64 << 10


class Cut(Exception):
    """The connection ends here."""


@dataclass
class Torso:
    """The first bytes of a packet, and then nothing: the connection ends, or stands still."""

    data: bytes
    hangs: bool = False


class Lines:
    """The event loop of all lines."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.lines: list[Line] = []

    def run(self, work: Coroutine):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def line(self, camera_port: int, path: str = "/stream") -> "Line":
        line = Line(self, camera_port, path)
        self.run(line.listen())
        self.lines.append(line)
        return line

    def close(self) -> None:
        for line in self.lines:
            self.run(line.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


class Line:
    """From one client to one camera; sound until told otherwise."""

    def __init__(self, lines: Lines, camera_port: int, path: str) -> None:
        self.lines, self.camera_port, self.path = lines, camera_port, path
        self.port = 0
        self.resets = False
        self.connections = 0
        self.server: asyncio.Server | None = None
        self.connected: dict[asyncio.Task, Connection] = {}
        # What is wrong with it:
        self.swallows_new = False  # accepts and never answers
        self.frozen: set[asyncio.Task] = set()  # connections on which nothing moves any more
        self.answer: Callable[[Message], Message | None] = lambda request: None  # in the camera's stead
        self.swallows: set[str] = set()  # methods that get no answer
        self.rewrite: Callable[[Message], Message] = lambda message: message  # what the camera says
        self.alter: Callable[[Packet], Packet | Torso | None] = lambda packet: packet  # of the camera's packets
        self.alter_bytes: Callable[[bytes], bytes] = lambda data: data  # of all that the camera sends
        self.delay: tuple[float, float] | None = None  # seconds, from … to
        self.bytes_per_second: float | None = None
        self.datagram_loss = 0.0

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}{self.path}"

    # Called by tests, from any thread

    def refuse(self) -> None:
        """Nobody listens there, and open connections are gone."""
        self.lines.run(self._stop_listening())
        self.cut()

    def listen_again(self) -> None:
        self.lines.run(self.listen())

    def cut(self, *, reset: bool = False) -> None:
        """Ends all connections: with a goodbye, or without."""
        self.lines.run(self._cut(reset))

    def half_close(self) -> None:
        """The camera's side says that it is done, and goes on listening."""
        self.lines.run(self._half_close())

    def freeze_open(self) -> None:
        """On the connections that are open now nothing moves any more; new ones are sound."""
        self.frozen |= set(self.connected)

    # On the loop

    async def listen(self) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, reuse_address=True)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self.server:
            self.server.close()
            self.server = None

    async def _cut(self, reset: bool) -> None:
        self.resets = reset
        tasks = list(self.connected)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _half_close(self) -> None:
        for connection in self.connected.values():
            connection.says_goodbye = True
            connection.writer.write_eof()

    async def close(self) -> None:
        await self._stop_listening()
        await self._cut(False)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connected[task] = Connection(self, task, reader, writer)
        try:
            await self.connected[task].run()
        except (Cut, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            del self.connected[task]
            self.frozen.discard(task)
            if self.resets:
                linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.close()


class Connection:
    """One connection over a line."""

    def __init__(self, line: Line, task: asyncio.Task, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.line, self.task, self.reader, self.writer = line, task, reader, writer
        writer.transport.set_write_buffer_limits(high=0)
        self.queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUE_LENGTH)
        self.last_due = 0.0
        self.relay: DatagramRelay | None = None
        self.says_goodbye = False

    async def run(self) -> None:
        if self.line.swallows_new:
            await self.reader.read(-1)
            return
        plug = socket.socket()
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        plug.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(plug, ("127.0.0.1", self.line.camera_port))
        except OSError:
            plug.close()
            raise
        camera_reader, camera_writer = await asyncio.open_connection(sock=plug)
        works = [
            asyncio.ensure_future(work)
            for work in (self._to_camera(camera_writer), self._from_camera(camera_reader), self._to_client())
        ]
        try:
            done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            for work in done:
                work.result()
        finally:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)
            camera_writer.close()
            if self.relay:
                self.relay.close()

    async def _thaw(self) -> None:
        """Never comes back on a frozen connection, until that is cut."""
        while self.task in self.line.frozen:
            await asyncio.sleep(0.05)

    async def _to_camera(self, writer: asyncio.StreamWriter) -> None:
        splitter = Splitter()
        while data := await self.reader.read(65536):
            await self._thaw()
            for item in splitter.feed(data):
                if isinstance(item, Message):
                    if item.method in self.line.swallows:
                        continue
                    if reply := self.line.answer(item):
                        await self._send(reply.encode())
                        continue
                    if item.method == "SETUP" and "client_port=" in item.head:
                        self.relay = await DatagramRelay.open(self.line, item)
                writer.write(item.encode())
            await writer.drain()

    async def _from_camera(self, reader: asyncio.StreamReader) -> None:
        splitter = Splitter()
        while data := await reader.read(65536):
            await self._thaw()
            out = bytearray()
            for item in splitter.feed(data):
                if isinstance(item, Packet):
                    if item.is_media:
                        item = self.line.alter(item)
                    if item is None:
                        continue
                    if isinstance(item, Torso):
                        await self._send(bytes(out) + item.data)
                        await self.queue.join()
                        if not item.hangs:
                            raise Cut
                        self.line.frozen.add(self.task)
                        await self._thaw()
                else:
                    if self.relay and "server_port=" in item.head:
                        self.relay.learn(item)
                    item = self.line.rewrite(item)
                out += item.encode()
            if out:
                await self._send(self.line.alter_bytes(bytes(out)))
        await self.queue.join()

    async def _send(self, data: bytes) -> None:
        due = asyncio.get_running_loop().time()
        if self.line.delay:
            due += random.uniform(*self.line.delay)
        self.last_due = max(self.last_due, due)
        await self.queue.put((self.last_due, data))

    async def _to_client(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, data = await self.queue.get()
            await asyncio.sleep(max(0, due - loop.time()))
            while data:
                await self._thaw()
                if self.says_goodbye:
                    break
                rate = self.line.bytes_per_second
                count = max(1, int(rate / 10)) if rate else len(data)
                self.writer.write(data[:count])
                await self.writer.drain()
                data = data[count:]
                if rate:
                    await asyncio.sleep(count / rate)
            self.queue.task_done()
