"""What a browser makes of an image."""

import base64

from PIL import Image
from playwright.sync_api import Page

# Decodes a file and gives its pixels back, red, green, blue and alpha.
PIXELS = """
async ({ file, type }) => {
  const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type }), { colorSpaceConversion: "none" });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  let text = "";
  for (let i = 0; i < data.length; i += 32768) text += String.fromCharCode(...data.subarray(i, i + 32768));
  return { width: bitmap.width, height: bitmap.height, pixels: btoa(text) };
}
"""


def decoded_by_browser(page: Page, file: bytes, kind: str = "image/webp") -> Image.Image:
    """The pixels that the browser of this page decodes, with alpha."""
    shown = page.evaluate(PIXELS, {"file": base64.b64encode(file).decode(), "type": kind})
    return Image.frombytes("RGBA", (shown["width"], shown["height"]), base64.b64decode(shown["pixels"]))
