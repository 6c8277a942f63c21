"""A line of limited bandwidth: a TCP proxy that lets through so many bytes a second and keeps next to nothing itself."""

import asyncio
import contextlib
import socket
import threading
import time

#: What the proxy takes at once, and so the most that it keeps of a connection.
CHUNK = 1460
#: How late a sleep may end, in seconds.
LATEST = 0.003


class SlowLine:
    """Stands before a server on this machine. What comes from the server is slow; requests are not."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        #: Bytes a second of all connections together; `None` for no limit. May be changed at any time.
        self.bytes_per_second: float | None = None
        self.port = 0
        self.passed = 0
        self._free_at = 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "SlowLine":
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _end(self) -> None:
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError), contextlib.ExitStack() as sockets:
            upstream = sockets.enter_context(socket.socket())
            # Small buffers: what waits must wait at the server, which can still replace it.
            upstream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * CHUNK)
            upstream.setblocking(False)
            await self._loop.sock_connect(upstream, ("127.0.0.1", self._server_port))
            requests = asyncio.create_task(self._pass_requests(reader, upstream))
            try:
                await self._pass_answers(upstream, writer)
            finally:
                requests.cancel()
        writer.close()

    async def _pass_requests(self, reader: asyncio.StreamReader, upstream: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._loop.sock_sendall(upstream, data)
            upstream.shutdown(socket.SHUT_WR)

    async def _pass_answers(self, upstream: socket.socket, writer: asyncio.StreamWriter) -> None:
        while data := await self._loop.sock_recv(upstream, CHUNK if self.bytes_per_second else 65536):
            if self.bytes_per_second:
                # A line is busy for as long as the bytes take; the next ones come after them.
                # A sleep that was too long is not the line's fault: the next bytes make up for it.
                idle_since = time.monotonic() - LATEST
                self._free_at = max(self._free_at, idle_since) + len(data) / self.bytes_per_second
                await asyncio.sleep(max(0, self._free_at - time.monotonic()))
            writer.write(data)
            await writer.drain()
            self.passed += len(data)
