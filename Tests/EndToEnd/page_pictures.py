"""Pictures for the page's tests: small ones that carry their number, and one that looks like something."""

import io
import math

from PIL import Image, ImageDraw


def numbered(number: int, size: int = 16, kind: str = "WEBP") -> bytes:
    """A plain picture whose colour is its number, in 24 bits, unharmed by the coding."""
    picture = Image.new("RGB", (size, size), ((number >> 16) & 255, (number >> 8) & 255, number & 255))
    out = io.BytesIO()
    picture.save(out, kind, **({"lossless": True, "quality": 0, "method": 0} if kind == "WEBP" else {}))
    return out.getvalue()


def scene(step: int, width: int = 1280, height: int = 720) -> bytes:
    """A moving scene as a lossy WebP: a sky, a hill, a sun that goes round once in 200 steps."""
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for y in range(height):
        part = y / height
        draw.line([(0, y), (width, y)], fill=(int(70 + 110 * part), int(120 + 80 * part), int(180 + 40 * part)))
    angle = 2 * math.pi * step / 200
    x, y = width * (0.5 + 0.35 * math.cos(angle)), height * (0.4 + 0.25 * math.sin(angle))
    radius = height / 12
    draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=(250, 214, 120))
    draw.ellipse([-width * 0.2, height * 0.6, width * 0.9, height * 1.6], fill=(58, 106, 78))
    draw.ellipse([width * 0.4, height * 0.7, width * 1.3, height * 1.7], fill=(44, 86, 66))
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=75, method=0)
    return out.getvalue()
