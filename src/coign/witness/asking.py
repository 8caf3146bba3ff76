"""How a log asks a witness over HTTP: to sign its newest checkpoint, and what it signed last."""

from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import urlsplit

from coign.kernel.frozen import dataclass
from coign_verify.encoding import encode_base64
from coign_verify.keys import VerifierKey
from coign_verify.notes import Signature, parse_note

CONNECT_S, ANSWER_S = 3.0, 5.0
#: A note with the signatures of many keys, those of some 3.3 kB a line.
_ANSWER_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back; status 0: nothing did, and the body says why."""

    status: int
    body: bytes


def add_checkpoint(url: str, old: int, proof: Sequence[bytes], note: bytes) -> Answered:
    """Show a witness that the log grew from the size it signed last."""
    lines = [f"old {old}", *(encode_base64(each) for each in proof)]
    return _asked("POST", f"{url}/add-checkpoint", "\n".join(lines).encode() + b"\n\n" + note)


def newest(url: str, origin: str) -> Answered:
    """The newest checkpoint of this log that a witness signed."""
    return _asked("GET", f"{url}/{sha256(origin.encode()).hexdigest()}/checkpoint")


def cosignatures(text: str, lines: bytes, keys: Sequence[VerifierKey]) -> list[tuple[VerifierKey, int, Signature]]:
    """The signatures of these keys with their times; ValueError: one does not verify, or there is none at all."""
    found = []
    for signature in parse_note(text.encode() + b"\n" + lines).signatures:
        for key in keys:
            if (key.name, key.key_id) == (signature.name, signature.key_id):
                time_s = key.verify(text, signature.value)
                if time_s is None:
                    raise ValueError(f"the signature of {key.name} does not verify under its key {key.key_id.hex()}")
                found.append((key, time_s, signature))
    if not found:
        raise ValueError("it answers with no signature of a key that it is known by")
    return found


def _asked(method: str, url: str, body: bytes | None = None) -> Answered:
    import requests  # a tenth of a second that a start need not wait for
    import urllib3

    with requests.Session() as session:
        # Nobody's proxy leads to this machine.
        session.trust_env = urlsplit(url).hostname not in ("127.0.0.1", "::1", "localhost")
        try:
            with session.request(
                method, url, data=body, timeout=(CONNECT_S, ANSWER_S), allow_redirects=False, stream=True
            ) as response:
                content = response.raw.read(_ANSWER_BYTES_MAX + 1, decode_content=True)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            return Answered(0, f"it does not answer ({type(error).__name__})".encode())
    if len(content) > _ANSWER_BYTES_MAX:
        return Answered(0, b"its answer is longer than any signature")
    return Answered(response.status_code, content)
