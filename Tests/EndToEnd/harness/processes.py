"""Processes of the tests: each has a log, dies with the tests, and is gone when its test is over."""

import ctypes
import os
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path

from harness.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]
MEDIA = ROOT / "Tests" / "Media"

# Every process that a test starts carries this, and so does what it starts in turn: leftovers can be told by it.
MARK = "STREAM_BROKER_TEST_RUN"
RUN = uuid.uuid4().hex

_libc = ctypes.CDLL(None)


def free_port() -> int:
    """A TCP port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """The little that a program needs, so that nothing set on this machine decides a test."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    # Tests may run in a container, as root.
    return kept | {MARK: RUN, "ALLOW_ROOT": "true"} | (extra or {})


def _die_with_parent() -> None:
    pr_set_pdeathsig = 1
    _libc.prctl(pr_set_pdeathsig, signal.SIGKILL)


class Process:
    """A running program with its output in a file."""

    def __init__(self, name: str, argv: list[str], *, folder: Path, env: dict[str, str] | None = None) -> None:
        self.name, self.argv, self.folder = name, [str(word) for word in argv], folder
        self.env = clean_environment(env)
        self.log_path = folder / f"{name}.log"
        self.popen: subprocess.Popen | None = None
        self.start()

    def start(self) -> None:
        with self.log_path.open("ab") as log:
            self.log_start = log.tell()
            self.popen = subprocess.Popen(
                self.argv,
                # A folder with nothing in it: no .env of somebody else is picked up.
                cwd=self.folder,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=_die_with_parent,
            )

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def is_running(self) -> bool:
        return self.popen.poll() is None

    @property
    def fate(self) -> str:
        status = self.popen.poll()
        return "still running" if status is None else f"ended with {status}"

    @property
    def log(self) -> str:
        """What it has said since it was last started."""
        return self.log_path.read_bytes()[self.log_start :].decode(errors="replace")

    def wait_log(self, text: str, timeout: float = 10) -> str:
        """The log, as soon as the text stands in it."""

        def look() -> str | None:
            log = self.log
            if text in log:
                return log
            assert self.is_running, f"{self.name} ended with {self.popen.returncode} before it said {text!r}:\n{log}"
            return None

        return wait_until(look, f"{text!r} in the log of {self.name}", timeout)

    def send_signal(self, number: int) -> None:
        self.popen.send_signal(number)

    def wait_end(self, timeout: float) -> int:
        """The exit status, once it has ended by itself."""
        try:
            return self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} has not ended within {timeout} s:\n{self.log}") from None

    def end(self, number: int = signal.SIGTERM, timeout: float = 5) -> tuple[int, float]:
        """Asks it to end; the exit status and how many seconds that took."""
        started = time.monotonic()
        self.send_signal(number)
        return self.wait_end(timeout), time.monotonic() - started

    def kill(self) -> None:
        """As if the machine had lost it: no goodbye."""
        if self.is_running:
            self.popen.kill()
        self.popen.wait()

    def reap(self) -> None:
        """At the end of a test: politely first, and then in any case."""
        if self.is_running:
            self.popen.send_signal(signal.SIGCONT)
            self.popen.terminate()
            try:
                self.popen.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def memory_kb(self) -> int:
        """Resident memory."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))

    @property
    def cpu_seconds(self) -> float:
        return cpu_seconds(self.pid)


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used so far, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def leftovers() -> list[str]:
    """Processes of this test run that are still there."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if f"{MARK}={RUN}".encode() in (folder / "environ").read_bytes():
                found.append(f"{folder.name}: {(folder / 'cmdline').read_bytes().replace(bytes(1), b' ').decode()}")
        except OSError:
            pass
    return found
