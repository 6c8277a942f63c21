"""The servers that are measured, each started for one turn, and the load that is put on them."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BROKERCTL = os.environ.get("BROKERCTL", str(ROOT / ".build/release/brokerctl"))
COMPILER = shutil.which("cc") or "clang"
BARE = ROOT / ".build/bare_server"
BARE_TLS = ROOT / ".build/bare_tls_server"
PAIR = ROOT / ".build/bench.pem", ROOT / ".build/bench.key"
NCHAN = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("a server did not start")


class Server:
    """A server for one turn: its port, the process that does the work, and what the load must know of it."""

    options: list[str] = []
    publishes = True
    environment: dict[str, str] = {}

    def __init__(self, size: int = 0, rate: float = 0) -> None:
        self.size, self.rate = size, rate
        self.port = free_port()
        self.process = self.start()
        wait_for(self.port)
        self.pid = self.worker()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def worker(self) -> int:
        return self.process.pid

    def load(self, *options: object) -> dict:
        """Puts a load on the server and returns the report. Torn or disordered frames end the whole run."""
        words = [BROKERCTL, "bench", "--port", self.port, "--pid", self.pid, "--json", *self.options, *options]
        report = json.loads(subprocess.run(list(map(str, words)), check=True, stdout=subprocess.PIPE).stdout)
        for viewers in (report["healthy"], report.get("slow")):
            if viewers and (viewers["torn"] or viewers["out_of_order"] or viewers["disconnects"]):
                sys.exit(f"{type(self).__name__}: torn, out of order or cut: {viewers}")
        return report


class Ours(Server):
    arguments: list[str] = []

    def start(self) -> subprocess.Popen:
        words = [BROKERCTL, "serve", "--port", str(self.port), "--log-level", "error", *self.arguments]
        return subprocess.Popen(words, env=os.environ | {"ALLOW_ROOT": "true"} | self.environment)


class Bare(Server):
    """Makes its frames itself: nobody posts to it."""

    publishes = False

    def start(self) -> subprocess.Popen:
        return subprocess.Popen([BARE, str(self.port), str(self.size), str(self.rate)])

    @staticmethod
    def build() -> None:
        BARE.parent.mkdir(exist_ok=True)
        source = str(HERE / "bare_server.c")
        subprocess.run([COMPILER, "-O2", "-Wall", "-Wextra", "-o", str(BARE), source], check=True)


class OursTLS(Ours):
    options = ["--ca-cert", str(PAIR[0])]
    arguments = ["--tls-cert", str(PAIR[0]), "--tls-key", str(PAIR[1])]


class BareTLS(Server):
    """Makes its frames itself: nobody posts to it."""

    options = OursTLS.options
    publishes = False

    def start(self) -> subprocess.Popen:
        return subprocess.Popen([BARE_TLS, str(self.port), str(self.size), str(self.rate), *PAIR])

    @staticmethod
    def build() -> None:
        """The program, and the certificate that both servers show."""
        BARE_TLS.parent.mkdir(exist_ok=True)
        source = str(HERE / "bare_tls_server.c")
        options = ["-O2", "-Wall", "-Wextra"]
        subprocess.run([COMPILER, *options, "-o", str(BARE_TLS), source, "-lssl", "-lcrypto"], check=True)
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
                *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2"),
                *("-keyout", PAIR[1], "-out", PAIR[0]),
            ],
            check=True,
            capture_output=True,
        )


class Nchan(Server):
    # nchan sends messages of other types as text.
    options = ["--content-type", "application/octet-stream"]

    @staticmethod
    def is_installed() -> bool:
        return NCHAN.exists() and shutil.which("nginx") is not None

    def start(self) -> subprocess.Popen:
        self.folder = tempfile.TemporaryDirectory()
        configuration = (HERE / "nchan.conf").read_text()
        for name, value in (("MODULE", NCHAN), ("FOLDER", self.folder.name), ("PORT", self.port)):
            configuration = configuration.replace(f"@{name}@", str(value))
        path = Path(self.folder.name) / "nginx.conf"
        path.write_text(configuration)
        return subprocess.Popen(["nginx", "-c", path], stderr=subprocess.DEVNULL)

    def worker(self) -> int:
        return int(Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()[0])

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self.folder.cleanup()
