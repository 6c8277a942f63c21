"""A running RTSP camera that is not ours: GStreamer's server, see camera.py."""

from harness.processes import Process


class Camera:
    """A running RTSP camera that is not ours."""

    def __init__(self, process: Process, port: int, user: str | None, password: str) -> None:
        self.process, self.port = process, port
        login = f"{user}:{password}@" if user else ""
        self.url = f"rtsp://{login}127.0.0.1:{port}/stream"
        self.wait_ready()

    def wait_ready(self) -> None:
        self.process.wait_log("ready ", timeout=60)

    def kill(self) -> None:
        self.process.kill()

    def restart(self) -> None:
        """Starts it again on the same port."""
        self.process.kill()
        self.process.start()
        self.wait_ready()
