"""Asks a time stamping authority over HTTP (RFC 3161, 3.4), and believes nothing of the answer before it is checked."""

from http import HTTPStatus
from urllib.parse import urlsplit

from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from coign.kernel.frozen import dataclass
from coign.timestamps.policy import StampPolicy
from coign.timestamps.stamping import Stamp, stamp_in

ASK_TYPE = "application/timestamp-query"
CONNECT_S, ANSWER_S = 3.0, 10.0
#: An answer carries the authority's certificates, some kilobytes.
_ANSWER_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that holds: its bytes, which are kept, and what they say."""

    answer: bytes
    stamp: Stamp


def ask(policy: StampPolicy, data: bytes) -> Answered:
    """A stamp over these bytes; ValueError with one sentence when there is none that can be believed."""
    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).cert_request(cert_request=True)
    question = request.build()
    answer = _asked(policy.url, question.as_bytes())
    stamp = stamp_in(answer, data, policy.trusts[0], nonce=question.nonce)
    if policy.policy and stamp.policy != policy.policy:
        raise ValueError(f"the stamp is under the policy {stamp.policy}, asked for is {policy.policy}")
    return Answered(answer, stamp)


def _asked(url: str, question: bytes) -> bytes:
    import requests  # a tenth of a second that a start need not wait for
    import urllib3

    with requests.Session() as session:
        # Nobody's proxy leads to this machine.
        session.trust_env = urlsplit(url).hostname not in ("127.0.0.1", "::1", "localhost")
        try:
            with session.post(
                url, data=question, headers={"Content-Type": ASK_TYPE}, timeout=(CONNECT_S, ANSWER_S),
                allow_redirects=False, stream=True,
            ) as response:  # fmt: skip
                status, answer = response.status_code, response.raw.read(_ANSWER_BYTES_MAX + 1, decode_content=True)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise ValueError(f"it does not answer ({type(error).__name__})") from error
    if status != HTTPStatus.OK:
        raise ValueError(f"it answers {status}")
    if len(answer) > _ANSWER_BYTES_MAX:
        raise ValueError("its answer is longer than any time stamp")
    return bytes(answer)
