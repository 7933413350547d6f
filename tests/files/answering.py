"""A real web server on loopback that answers as a test says, and a guard for which it stands in for the internet."""

import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.files.reaching import Guard, look_up

PUBLIC = "93.184.215.14"


@dataclass
class Asked:
    path: str
    headers: dict[str, str]


@dataclass
class Internet:
    """What a test's server was asked, and where the guard let the program connect to."""

    port: int
    asked: list[Asked] = field(default_factory=list)
    reached: list[tuple[str, int]] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    names: dict[str, list[Sequence[str]]] = field(default_factory=dict)

    def guard(self) -> Guard:
        """Every name is public unless `names` says otherwise; numbers are found as the system finds them."""
        return Guard(resolve=self._resolve, connect=self._connect)

    def _resolve(self, host: str, port: int) -> Sequence[str]:
        self.looked_up.append(host)
        if host in self.names:
            answers = self.names[host]
            return answers.pop(0) if len(answers) > 1 else answers[0]
        if host.endswith((".example", ".org")):
            return [PUBLIC]
        return look_up(host, port)

    def _connect(self, address: str, port: int, seconds: float) -> socket.socket:
        assert not ip_address(address).is_loopback, "the guard let a loopback address through"
        self.reached.append((address, port))
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)


Answer = Callable[[BaseHTTPRequestHandler], None]


def saying(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@contextmanager
def internet(answers: dict[str, Answer], *, tls: ssl.SSLContext | None = None) -> Iterator[Internet]:
    found: Internet

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}))
            answers.get(self.path, saying(b"nothing here", 404))(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    found = Internet(server.server_address[1])
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def certificate(folder: Path, name: str) -> Path:
    """A certificate for a name, signed by itself, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    said = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)  # noqa: TID251  # a certificate is good by the system's clock
    made = (
        x509.CertificateBuilder()
        .subject_name(said)
        .issuer_name(said)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
