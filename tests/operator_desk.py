"""The operator's end of the webhook: a real HTTP server on this machine that keeps what it was told."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import ssl
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SECRET = "a-shared-secret"


@dataclass(frozen=True)
class Call:
    """One POST as it came in."""

    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        """What the body says."""
        content: dict[str, Any] = json.loads(self.body)
        return content

    def is_signed(self, secret: str = SECRET) -> bool:
        """Whether the signature is right, as the documentation tells a receiver to check it."""
        message = self.headers["SmartInvest-Timestamp"].encode() + b"." + self.body
        expected = "sha256=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
        return hmac.compare_digest(self.headers["SmartInvest-Signature"], expected)


class Desk:
    """Answers each call with the next of `answers`, the last one over and over, after `delay` seconds.

    With a `certificate` (of the name localhost only) it speaks TLS.
    """

    def __init__(self, *answers: int, delay: float = 0.0, certificate: Path | None = None) -> None:
        self.calls: list[Call] = []
        self._answers = list(answers) or [204]
        self._delay = delay
        self._scheme, name = ("http", "127.0.0.1") if certificate is None else ("https", "localhost")
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.url = f"{self._scheme}://{name}:{self._http.server_address[1]}/told?by=us"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler(desk) -> type[BaseHTTPRequestHandler]:  # noqa: N805  `self` is the handler's below
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                desk.calls.append(Call({**dict(self.headers), "path": self.path}, body))
                time.sleep(desk._delay)
                status = desk._answers.pop(0) if len(desk._answers) > 1 else desk._answers[0]
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
                """Silent: a test's output is its own."""

        return Handler


def certificate_in(folder: Path) -> Path:
    """A key and a certificate that signs itself, good for the name localhost and for no number."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "localhost.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
