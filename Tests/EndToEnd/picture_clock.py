"""A clock inside the picture: the age of a picture can be read from the picture itself, wherever it ends up.

The Unix time in microseconds stands in a strip of black and white squares along the upper edge. Squares of 16 pixels
survive any sensible encoder. Nothing but the picture has to travel, so no piece on the way can flatter itself.

Layout, left to right, one square per bit: white, black, 48 bits of time (most significant first), 8 bits of check sum.
"""

SQUARE = 16
TIME_BITS = 48
CHECK_BITS = 8
SQUARES = 2 + TIME_BITS + CHECK_BITS
WIDTH = SQUARES * SQUARE
HEIGHT = 32

BLACK, WHITE = 16, 235  # limited range


def _check_sum(time: int) -> int:
    total = 0x5A
    for byte in time.to_bytes(TIME_BITS // 8, "big"):
        total ^= byte
    return total


def draw(luma: bytearray, stride: int, unix_us: int) -> None:
    """Draws the time into the upper left corner of a plane of 8-bit luma."""
    time = unix_us % (1 << TIME_BITS)
    bits = f"10{time:0{TIME_BITS}b}{_check_sum(time):0{CHECK_BITS}b}"
    row = b"".join(bytes([WHITE if bit == "1" else BLACK]) * SQUARE for bit in bits)
    for line in range(HEIGHT):
        luma[line * stride : line * stride + WIDTH] = row


def read(image, now_us: int) -> int:
    """Reads the time, in Unix microseconds, from a Pillow image.

    The strip holds the time modulo 2^48 (8.9 years); `now_us` tells which turn it is.
    """
    from PIL import Image

    scale = image.width / 1280
    # The outer quarter of each square belongs to the encoder.
    strip = image.convert("L").crop((0, round(8 * scale), round(WIDTH * scale), round((HEIGHT - 8) * scale)))
    levels = list(strip.resize((SQUARES * 4, 1), Image.Resampling.BOX).tobytes())
    bits = [(levels[4 * n + 1] + levels[4 * n + 2]) / 2 > (BLACK + WHITE) / 2 for n in range(SQUARES)]
    number = int("".join("1" if bit else "0" for bit in bits), 2)
    time = (number >> CHECK_BITS) & ((1 << TIME_BITS) - 1)
    if bits[0] is not True or bits[1] is not False or number & 0xFF != _check_sum(time):
        raise ValueError("no clock in this picture")
    turn = 1 << TIME_BITS
    return now_us - (now_us - time + turn // 2) % turn + turn // 2
