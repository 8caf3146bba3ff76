"""A time stamping authority of the tests' own: certificates, and answers in DER as RFC 3161 and RFC 5652 write them."""

import datetime
import hashlib
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client._rust import parse_timestamp_request

from coign.timestamps.policy import FILE, StampPolicy, read_stamp_policy

SHA256, CONTENT_TYPE, DIGEST = "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNED_DATA, STAMP_INFO, ECDSA = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4", "1.2.840.10045.4.3.2"
YEAR = datetime.timedelta(days=365)


def der(tag: int, *parts: bytes) -> bytes:
    """One value with its tag and its length."""
    inside = b"".join(parts)
    size = len(inside).to_bytes((len(inside).bit_length() + 7) // 8 or 1, "big")
    length = size if len(inside) < 128 else bytes([0x80 | len(size)]) + size
    return bytes([tag]) + length + inside


def number(value: int) -> bytes:
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    first, second, *others = [int(part) for part in dotted.split(".")]
    out = bytearray([first * 40 + second])
    for part in others:
        groups = [part & 127]
        while part := part >> 7:
            groups.append(part & 127 | 128)
        out += bytes(reversed(groups))
    return der(6, bytes(out))


def sequence(*parts: bytes) -> bytes:
    return der(0x30, *parts)


@dataclass
class Authority:
    """Signs what it is shown; what it does wrong is for the test to say."""

    root: x509.Certificate
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls, uses: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.TIME_STAMPING,)) -> "Authority":
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root = _certificate("Root of tests", root_key, "Root of tests", root_key, None)
        return cls(root, _certificate("Clock of tests", key, "Root of tests", root_key, uses), key)

    @property
    def chain(self) -> bytes:
        """What somebody who trusts this authority keeps."""
        return self.certificate.public_bytes(Encoding.PEM) + self.root.public_bytes(Encoding.PEM)

    def answer(
        self, digest: bytes, nonce: int, at: str = "20261126120000Z", *, carries: bool = True, status: int = 0
    ) -> bytes:
        """An answer to a question about a SHA-256 digest."""
        info = sequence(
            number(1), oid("1.3.6.1.4.1.57264.2"), sequence(sequence(oid(SHA256)), der(4, digest)),
            number(77), der(0x18, at.encode()), number(nonce),
        )  # fmt: skip
        attributes = b"".join(
            sorted(
                [
                    sequence(oid(CONTENT_TYPE), der(0x31, oid(STAMP_INFO))),
                    sequence(oid(DIGEST), der(0x31, der(4, hashlib.sha256(info).digest()))),
                ]
            )
        )
        signature = self.key.sign(der(0x31, attributes), ec.ECDSA(hashes.SHA256()))
        whose = sequence(self.certificate.issuer.public_bytes(), number(self.certificate.serial_number))
        signer = sequence(
            number(1), whose, sequence(oid(SHA256)), der(0xA0, attributes), sequence(oid(ECDSA)), der(4, signature)
        )
        inside = [self.certificate.public_bytes(Encoding.DER)] if carries else []
        signed = sequence(
            number(3), der(0x31, sequence(oid(SHA256))), sequence(oid(STAMP_INFO), der(0xA0, der(4, info))),
            *[der(0xA0, each) for each in inside], der(0x31, signer),
        )  # fmt: skip
        return sequence(sequence(number(status)), sequence(oid(SIGNED_DATA), der(0xA0, signed)))


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    by: str,
    by_key: ec.EllipticCurvePrivateKey,
    uses: tuple[x509.ObjectIdentifier, ...] | None,
) -> x509.Certificate:
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, by)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + 2 * YEAR)
        .add_extension(x509.BasicConstraints(ca=uses is None, path_length=None), critical=True)
    )
    if uses is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(uses)), critical=True)
    return builder.sign(by_key, hashes.SHA256())


class _Asked(BaseHTTPRequestHandler):
    """One question (RFC 3161, 3.4)."""

    server: "Office"

    def do_POST(self) -> None:
        office, question = self.server, self.rfile.read(int(self.headers["Content-Length"]))
        office.asked += 1
        assert self.headers["Content-Type"] == "application/timestamp-query"
        request = parse_timestamp_request(question)
        assert request.nonce is not None, "an answer of yesterday would do"
        at = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d%H%M%SZ")
        answer = office.authority.answer(request.message_imprint.message, request.nonce + office.off, at)
        self.send_response(office.status)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class Office(HTTPServer):
    """The authority at an address of this machine, while it is open; `off`: what it adds to the nonce it was sent."""

    def __init__(self, authority: Authority | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.authority = authority or Authority.new()
        self.asked, self.status, self.off = 0, 200, 0

    def __enter__(self) -> "Office":
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self.server_port}/"

    def policy(self, folder: Path, *, every_min: int = 60, policy: str = "") -> StampPolicy:
        """As an installation that asks here has it: `timestamps.yaml` and the chain beside it."""
        (folder / "authority.pem").write_bytes(self.authority.chain)
        said = f"authority: {self.url}\ncertificates: [authority.pem]\nevery_min: {every_min}\n"
        (folder / FILE).write_text(said + (f"policy: {policy}\n" if policy else ""))
        read = read_stamp_policy(folder / FILE)
        assert read is not None
        return read
