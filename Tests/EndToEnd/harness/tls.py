"""Certificates, and clients that trust them."""

import ssl
import subprocess
from pathlib import Path

import httpx


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30)


def self_signed(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for this machine and its key, in files of that name."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost"),
        *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", 2, "-keyout", key, "-out", certificate),
    )
    return certificate, key


class Authority:
    """A certificate authority for this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate, self.key = folder / "authority.pem", folder / "authority.key"
        openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Test"),
            *("-days", 2, "-keyout", self.key, "-out", self.certificate),
        )
        self.extensions = folder / "leaf.conf"
        self.extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")

    def sign(self, name: str) -> tuple[Path, Path]:
        """A certificate and its key, in files of that name."""
        certificate, key, request = (self.folder / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
        openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost"),
            *("-keyout", key, "-out", request),
        )
        openssl(
            *("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-days", 2),
            *("-extfile", self.extensions, "-out", certificate),
        )
        return certificate, key


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)


def http2_client(url: str, certificate: Path) -> httpx.Client:
    return httpx.Client(base_url=url, http2=True, verify=trusting(certificate), timeout=10)
