"""Small valid pictures of every format that the broker takes, and whole ones that do not lie."""

import io
import random

from PIL import Image

FORMATS = {"webp": "image/webp", "jpeg": "image/jpeg", "png": "image/png", "avif": "image/avif"}


def picture(number: int = 0, *, kind: str = "webp", width: int = 64, height: int = 48) -> bytes:
    """A plain picture; different numbers give different bytes."""
    colour = (number * 37 % 256, number * 101 % 256, number * 193 % 256)
    canvas = Image.new("RGB", (width, height), colour)
    # A corner that is a number of its own, so that pictures of like colour differ too.
    canvas.paste((number & 255, number >> 8 & 255, number >> 16 & 255), (0, 0, width // 4, height // 4))
    out = io.BytesIO()
    canvas.save(out, kind.upper(), quality=80)
    return out.getvalue()


def large_picture(width: int = 1920, height: int = 1080) -> bytes:
    """Noise as PNG, six megabytes unless told otherwise: more than any socket buffer takes at once, less than the frame limit."""
    canvas = Image.frombytes("RGB", (width, height), random.Random(1).randbytes(width * height * 3))
    out = io.BytesIO()
    canvas.save(out, "PNG", compress_level=0)
    return out.getvalue()


def sized_picture(size: int) -> bytes:
    """A WebP by its structure, of exactly so many bytes: what the broker looks at is true, and nobody can decode it."""
    data = bytes([0x10, 0, 0, 0x9D, 1, 0x2A, 16, 0, 16, 0]) + bytes(size - 30)
    return b"RIFF" + (size - 8).to_bytes(4, "little") + b"WEBPVP8 " + len(data).to_bytes(4, "little") + data


def decode(data: bytes) -> Image.Image:
    """Decodes every pixel; raises when the picture is not whole."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
