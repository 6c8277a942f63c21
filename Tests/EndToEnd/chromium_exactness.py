"""Compares how Chromium and libwebp decode many WebP files: every pixel of each.

    chromium_exactness.py BUNDLE     files one after the other, each behind its length (four bytes, the least first)
"""

import hashlib
import http.server
import io
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from page_fixtures import CHROMIUM, FLAGS

# At most so many files, and about so many bytes of them, are looked at in one go.
BATCH = 500
BATCH_BYTES = 4_000_000

#: Answers the SHA-256 of each file's size and pixels: red, green, blue and alpha.
DECODE_BATCH = """
async (address) => {
  const batch = await (await fetch(address)).arrayBuffer();
  const view = new DataView(batch);
  const digests = [];
  for (let at = 0; at < batch.byteLength; ) {
    const length = view.getUint32(at, true);
    const file = new Blob([new Uint8Array(batch, at + 4, length)], { type: "image/webp" });
    at += 4 + length;
    const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" });
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    const { data } = context.getImageData(0, 0, width, height);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
    digests.push(`${width}x${height} ` + Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
  return digests;
}
"""


def files(bundle: Path) -> Iterator[bytes]:
    with bundle.open("rb") as stream:
        while head := stream.read(4):
            yield stream.read(int.from_bytes(head, "little"))


def batches(bundle: Path) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for file in files(bundle):
        batch.append(file)
        if len(batch) == BATCH or sum(map(len, batch)) > BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def digest_by_libwebp(file: bytes) -> str:
    picture = Image.open(io.BytesIO(file)).convert("RGBA")
    return f"{picture.width}x{picture.height} {hashlib.sha256(picture.tobytes()).hexdigest()}"


class Shelf(http.server.BaseHTTPRequestHandler):
    """Serves an empty page, and the batch that is looked at."""

    batch = b""

    def do_GET(self) -> None:
        body = Shelf.batch if self.path.startswith("/batch") else b"<!doctype html><title>Decoding</title>"
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream" if self.path.startswith("/batch") else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    compared, different = 0, []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        for batch in batches(Path(sys.argv[1])):
            Shelf.batch = b"".join(len(file).to_bytes(4, "little") + file for file in batch)
            shown = page.evaluate(DECODE_BATCH, f"/batch?{compared}")
            expected = [digest_by_libwebp(file) for file in batch]
            assert len(shown) == len(expected)
            different += [compared + i for i, pair in enumerate(zip(shown, expected)) if pair[0] != pair[1]]
            compared += len(batch)
        version = browser.version
        browser.close()
    server.shutdown()
    print(f"Chromium {version}: {compared} pictures compared, {len(different)} differ {different[:10] or ''}")
    sys.exit(1 if different or not compared else 0)


if __name__ == "__main__":
    main()
