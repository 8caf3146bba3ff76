"""An identity provider that keeps to OpenID Connect Core 1.0 and RFC 7636, in a thread of its own; and its faults.

It is strict where a real one is: registered return addresses to the letter, codes good once, PKCE demanded, the client
known by its secret. A test makes it dishonest by `claims`, `signs_with`, `header` or `answer`.
"""

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

CLIENT, SECRET = "coign", "a secret that only the two know"
CODE_S = 60
Claims = dict[str, Any]


@dataclass
class IdentityProvider:
    """What it knows and how it behaves now."""

    base: str = ""
    return_address: str = ""
    #: Whoever sits at the browser is this subject; None: they press Cancel.
    subject: str | None = "maria"
    algorithm: str = "RS256"
    #: Put over honest claims; None takes one out.
    claims: Callable[[Claims], Claims] = field(default=lambda honest: honest)
    header: dict[str, Any] = field(default_factory=dict)
    signs_with: Any = None
    #: Changes the answer of the token endpoint.
    answer: Callable[[dict[str, Any]], dict[str, Any]] = field(default=lambda honest: honest)
    discovery: dict[str, Any] = field(default_factory=dict)
    #: What clients asked at the authorisation endpoint, and got at the token endpoint.
    asked: list[dict[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key: Any = (
            rsa.generate_private_key(65537, 2048)
            if self.algorithm == "RS256"
            else ec.generate_private_key(ec.SECP256R1())
        )

    # What it answers

    def configuration(self) -> dict[str, Any]:
        honest = {
            "issuer": self.base,
            "authorization_endpoint": f"{self.base}/authorise",
            "token_endpoint": f"{self.base}/token",
            "userinfo_endpoint": f"{self.base}/userinfo",
            "jwks_uri": f"{self.base}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [self.algorithm],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }
        return {name: value for name, value in (honest | self.discovery).items() if value is not None}

    def keys(self) -> dict[str, Any]:
        kind = RSAAlgorithm if self.algorithm == "RS256" else ECAlgorithm
        public = json.loads(kind.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "k1", "use": "sig", "alg": self.algorithm}]}

    def authorise(self, asked: dict[str, str]) -> tuple[int, str]:
        """A redirect back, or a problem that is told here because the client may be somebody else."""
        self.asked.append(asked)
        if asked.get("client_id") != CLIENT or asked.get("redirect_uri") != self.return_address:
            return 400, "unknown client or return address"
        wrong = self._wrong_request(asked)
        given = {"error": "invalid_request"} if wrong else {"error": "access_denied"}
        if not wrong and self.subject is not None:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked | {"sub": self.subject, "until": str(time.time() + CODE_S)}
            given = {"code": code}
        return 302, f"{self.return_address}?{urlencode(given | {'state': asked.get('state', '')})}"

    @staticmethod
    def _wrong_request(asked: dict[str, str]) -> bool:
        return not (
            asked.get("response_type") == "code"
            and "openid" in asked.get("scope", "").split()
            and asked.get("code_challenge_method") == "S256"
            and len(asked.get("code_challenge", "")) == 43
        )

    def token(self, given: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Tokens for a code, once, to the client that has the verifier."""
        if authorization.startswith("Basic "):
            name, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
        else:
            name, secret = given.get("client_id", ""), given.get("client_secret", "")
        if (name, secret) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        known = self.codes.pop(given.get("code", ""), None)
        verifier = sha256(given.get("code_verifier", "").encode()).digest()
        fits = (
            known is not None
            and given.get("grant_type") == "authorization_code"
            and given.get("redirect_uri") == known["redirect_uri"]
            and base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() == known["code_challenge"]
            and time.time() < float(known["until"])
        )
        if not fits:
            return 400, {"error": "invalid_grant"}
        assert known is not None
        access = secrets.token_urlsafe(16)
        honest = {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": self._id_token(known)}
        return 200, self.answer(honest)

    def _id_token(self, known: dict[str, str]) -> str:
        now = int(time.time())
        honest = {"iss": self.base, "sub": known["sub"], "aud": CLIENT, "iat": now, "exp": now + 300}
        if "nonce" in known:
            honest["nonce"] = known["nonce"]
        said = {name: value for name, value in self.claims(dict(honest)).items() if value is not None}
        header = {"kid": "k1"} | self.header
        key = self.key if self.signs_with is None else self.signs_with
        made = jwt.encode(said, key, algorithm=header.pop("alg", self.algorithm), headers=header)
        self.tokens.append(made)
        return made


@contextmanager
def running(**more: Any) -> Iterator[IdentityProvider]:
    """A provider at an address of this machine."""
    provider = IdentityProvider(**more)
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    provider.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    provider: IdentityProvider

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        given = {name: values[-1] for name, values in parse_qs(at.query).items()}
        match at.path:
            case "/.well-known/openid-configuration":
                self._json(200, self.provider.configuration())
            case "/keys":
                self._json(200, self.provider.keys())
            case "/authorise":
                status, said = self.provider.authorise(given)
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", said)
                self.end_headers()
            case _:
                self._json(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        given = {name: values[-1] for name, values in parse_qs(body).items()}
        self._json(*self.provider.token(given, self.headers.get("Authorization", "")))

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""
