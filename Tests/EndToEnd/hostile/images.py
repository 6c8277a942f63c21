"""Images that lie."""

import struct

from harness.pictures import picture
from hostile.http1 import post
from hostile.row import Row

WEBP, JPEG, PNG = picture(1), picture(1, kind="jpeg"), picture(1, kind="png")


def riff(kind: bytes, data: bytes, claim: int | None = None) -> bytes:
    chunk = kind + struct.pack("<I", len(data) if claim is None else claim) + data + bytes(len(data) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def image(name: str, data: bytes, expected: int = 400) -> Row:
    return Row("image", name, post(f"Content-Length: {len(data)}\r\n", data, stream="images"), str(expected))


def canvas(width: int, height: int) -> bytes:
    return riff(b"VP8X", bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"))


def png_of(width: int, height: int) -> bytes:
    return PNG[:16] + struct.pack(">II", width, height) + PNG[24:]


def vp8(width: int, height: int) -> bytes:
    return riff(b"VP8 ", b"\x10\x02\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + bytes(20))


ROWS = [
    image("nothing", b""),
    image("one byte", b"R", 415),
    image("text", b"hello", 415),
    image("an HTML page", b"<html><script>alert(1)</script></html>", 415),
    image("an SVG", b'<svg xmlns="http://www.w3.org/2000/svg"/>', 415),
    image("a GIF", b"GIF89a" + bytes(30), 415),
    image("a program", b"\x7fELF" + bytes(60), 415),
    image("RIFF that is sound", b"RIFF" + struct.pack("<I", 36) + b"WAVE" + bytes(32), 415),
    image("a WebP of 12 bytes", WEBP[:12]),
    image("half a WebP", WEBP[: len(WEBP) // 2]),
    image("a WebP short of a byte", WEBP[:-1]),
    image("a WebP that says it is longer", WEBP[:4] + struct.pack("<I", 2**32 - 1) + WEBP[8:]),
    image("a chunk of 2^32 - 1 bytes", riff(b"VP8 ", bytes(30), claim=2**32 - 1)),
    image("a canvas of 2^24 squared", canvas(1 << 24, 1 << 24)),
    image("16383 squared in 50 bytes", vp8(16_383, 16_383)),
    image("3841 by 2160", vp8(3_841, 2_160)),
    image("a width of 0", vp8(0, 100)),
    image("a PNG of 2^31 squared", png_of(2**31 - 1, 2**31 - 1)),
    image("a PNG of no height", png_of(10, 0)),
    image("half a PNG", PNG[:20]),
    image("half a JPEG", JPEG[: len(JPEG) // 2]),
    image("a JPEG that ends in its first segment", JPEG[:4]),
    image("a JPEG whose segments have no length", b"\xff\xd8" + b"\xff\xe0\0\0" * 50),
    image("an AVIF of nothing", struct.pack(">I", 16) + b"ftypavif" + bytes(4)),
    image("an AVIF box of 2^32 - 1 bytes", struct.pack(">I", 2**32 - 1) + b"ftypavif" + bytes(40)),
    image("an AVIF box of no length", struct.pack(">I", 20) + b"ftypavif" + bytes(8) + bytes(4) + b"meta" + bytes(40)),
]
