"""The pipeline that people write in Python: OpenCV captures, encodes and one blocking request posts each picture.

    opencv_pipeline.py SOURCE INGEST_URL QUALITY
"""

import sys

import cv2
import httpx

source, address, quality = sys.argv[1], sys.argv[2], int(sys.argv[3])
capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG)
with httpx.Client(timeout=10) as client:
    while True:
        there, picture = capture.read()
        if not there:
            sys.exit("the source ended")
        _, image = cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, quality])
        client.post(address, content=image.tobytes()).raise_for_status()
