"""A running broker under test."""

import httpx

from harness.processes import Process
from harness.waiting import wait_until
from harness.wire import RecordingViewer


class Broker:
    """A running `brokerctl serve`."""

    def __init__(self, process: Process, port: int) -> None:
        self.process, self.port = process, port
        self.url = f"http://127.0.0.1:{port}"
        self.http = httpx.Client(base_url=self.url, timeout=10)
        self.wait_ready()

    def __enter__(self) -> "Broker":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def wait_ready(self) -> None:
        def answers() -> bool:
            assert self.process.is_running, f"the broker ended at once:\n{self.process.log}"
            try:
                return self.http.get("/health").status_code == 200
            except httpx.TransportError:
                return False

        wait_until(answers, "the broker to answer")

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def log(self) -> str:
        return self.process.log

    def kill(self) -> None:
        self.process.kill()

    def stop(self) -> tuple[int, float]:
        return self.process.end()

    def restart(self) -> None:
        """Starts it again on the same port."""
        self.process.kill()
        self.process.start()
        self.wait_ready()

    def post(self, stream: str, data: bytes, **headers: str) -> httpx.Response:
        return self.http.post(
            f"/ingest/{stream}",
            content=data,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def status(self, stream: str) -> dict:
        return self.http.get(f"/api/streams/{stream}").raise_for_status().json()

    def viewers(self, stream: str) -> int:
        return self.status(stream)["viewers"]

    def wait_viewers(self, stream: str, count: int) -> None:
        wait_until(lambda: self.viewers(stream) == count, f"{count} viewers of {stream}")

    def view(self, stream: str, **options) -> RecordingViewer:
        return RecordingViewer(self.url, stream, **options)
