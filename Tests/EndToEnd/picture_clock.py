"""A clock inside the picture: the age of a picture can be read from the picture itself, wherever it ends up.

Squares of 16 pixels survive any sensible encoder, and nothing but the picture has to travel, so no piece on the way
can flatter itself. The layout is the one of the `test:` source (PictureClock.swift): in the upper left corner four rows
of 16 squares, white for 1, black for 0, read like text. 48 bits of Unix time in milliseconds, highest first, then 16
bits of CRC-16/CCITT-FALSE over those six bytes.
"""

SQUARE = 16
COLUMNS, ROWS = 16, 4
WIDTH, HEIGHT = COLUMNS * SQUARE, ROWS * SQUARE
THRESHOLD = 126

BLACK, WHITE = 16, 235  # limited range


def _check_sum(data: bytes) -> int:
    register = 0xFFFF
    for byte in data:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ 0x1021 if register & 0x8000 else register << 1) & 0xFFFF
    return register


def draw(luma: bytearray, stride: int, unix_ms: int) -> None:
    """Draws the time into the upper left corner of a plane of 8-bit luma."""
    time = (unix_ms & 0xFFFF_FFFF_FFFF).to_bytes(6, "big")
    bits = f"{int.from_bytes(time + _check_sum(time).to_bytes(2, 'big'), 'big'):064b}"
    for row in range(ROWS):
        squares = bits[row * COLUMNS : (row + 1) * COLUMNS]
        line = b"".join(bytes([WHITE if bit == "1" else BLACK]) * SQUARE for bit in squares)
        for y in range(row * SQUARE, (row + 1) * SQUARE):
            luma[y * stride : y * stride + WIDTH] = line


def read(image, scale: float = 1) -> int:
    """Reads the time, in Unix milliseconds, from a Pillow image that was scaled by that factor."""
    from PIL import Image

    corner = image.crop((0, 0, round(WIDTH * scale), round(HEIGHT * scale))).convert("L")
    # Four samples a square each way: the middle two are what counts, the outer ones belong to the encoder.
    samples = corner.resize((COLUMNS * 4, ROWS * 4), Image.Resampling.BOX)
    code = 0
    for row in range(ROWS):
        for column in range(COLUMNS):
            middle = [samples.getpixel((4 * column + x, 4 * row + y)) for x in (1, 2) for y in (1, 2)]
            code = code << 1 | (sum(middle) / 4 >= THRESHOLD)
    data = code.to_bytes(8, "big")
    if _check_sum(data[:6]) != int.from_bytes(data[6:], "big"):
        raise ValueError("no clock in this picture")
    return int.from_bytes(data[:6], "big")
