"""How like the camera's own pictures the delivered ones are: PSNR and SSIM of luma, after each has become red, green and blue."""

import subprocess

import cv2
import numpy as np

THUMBNAIL = (64, 36)


def clip_pictures(clip: str, width: int, height: int) -> list[np.ndarray]:
    """All pictures of a clip, as libavcodec decodes them and its colours are meant (limited BT.709 for HD)."""
    matrix = "bt709" if height >= 720 else "bt601"
    filters = f"scale=in_color_matrix={matrix}:flags=accurate_rnd+full_chroma_int+bicubic"
    command = ["ffmpeg", "-v", "error", "-i", clip, "-vf", filters, "-f", "rawvideo", "-pix_fmt", "bgr24", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return [np.frombuffer(raw, np.uint8, width * height * 3, at).reshape(height, width, 3)
            for at in range(0, len(raw), width * height * 3)]


def luma(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    error = np.mean((one.astype(np.float32) - other.astype(np.float32)) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-6)))


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Wang et al. 2004: a Gaussian window of 11, sigma 1.5."""
    one, other = one.astype(np.float32), other.astype(np.float32)

    def blur(picture: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(picture, (11, 11), 1.5)

    mean_one, mean_other = blur(one), blur(other)
    spread_one = blur(one * one) - mean_one**2
    spread_other = blur(other * other) - mean_other**2
    together = blur(one * other) - mean_one * mean_other
    first, second = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    above = (2 * mean_one * mean_other + first) * (2 * together + second)
    below = (mean_one**2 + mean_other**2 + first) * (spread_one + spread_other + second)
    return float(np.mean(above / below))


class Reference:
    """The clip's pictures, to find the one that an image was made from."""

    def __init__(self, clip: str, width: int, height: int) -> None:
        self.lumas = [luma(picture) for picture in clip_pictures(clip, width, height)]
        self.thumbnails = np.stack([self._thumbnail(picture) for picture in self.lumas])

    @staticmethod
    def _thumbnail(picture: np.ndarray) -> np.ndarray:
        return cv2.resize(picture, THUMBNAIL, interpolation=cv2.INTER_AREA).astype(np.float32)

    def compare(self, image: bytes) -> tuple[float, float]:
        """PSNR and SSIM against the picture that is most alike."""
        picture = luma(cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_COLOR))
        distances = np.mean((self.thumbnails - self._thumbnail(picture)) ** 2, axis=(1, 2))
        best = max(np.argsort(distances)[:5], key=lambda index: psnr(picture, self.lumas[index]))
        return psnr(picture, self.lumas[best]), ssim(picture, self.lumas[best])
