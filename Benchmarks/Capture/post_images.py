"""Posts the WebP images that come on standard input, one behind the other.

    ffmpeg … -f image2pipe - | post_images.py INGEST_URL
"""

import sys

import httpx

with httpx.Client(timeout=10) as client:
    while head := sys.stdin.buffer.read(12):
        length = int.from_bytes(head[4:8], "little") + 8
        body = sys.stdin.buffer.read(length - 12)
        client.post(sys.argv[1], content=head + body).raise_for_status()
