"""nghttp2's load generator: a client of HTTP/2 that nobody here wrote."""

import shutil
import subprocess
from pathlib import Path


def post_many(url: str, frame: Path, count: int = 1_000) -> None:
    """Posts a file so many times over four connections, 25 at a time on each, and expects each post to be taken."""
    program = shutil.which("h2load")
    assert program, "h2load is not there: Scripts/setup test"
    argv = [program, f"-n{count}", "-c4", "-m25", "-d", frame, url]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    assert f"{count} succeeded, 0 failed, 0 errored, 0 timeout" in done.stdout, done.stdout
    assert f"status codes: {count} 2xx" in done.stdout, done.stdout
