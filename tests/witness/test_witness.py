"""A witness signs what merely grew, one history only, and only what is kept on disk."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coign.kernel.errors import Unavailable
from coign.witness.cosigning import SIZE_TYPE, Answer
from coign.witness.keeping import Witness
from coign.witness.serving import BODY_BYTES_MAX, Server
from coign_verify.checkpoint import Checkpoint, open_checkpoint
from coign_verify.encoding import encode_base64
from coign_verify.growing import Frontier, consistency_proof
from coign_verify.signing import SignerKey, build_note, sign_note
from coign_verify.tree import leaf_hash

ORIGIN = "log.example/record"
LOG = SignerKey.generate(ORIGIN)
OTHER = SignerKey.generate(ORIGIN)


class History:
    """A log in memory: its entries decide everything about it."""

    def __init__(self, *entries: str) -> None:
        self.leaves = [leaf_hash(entry.encode()) for entry in entries]

    def at(self, size: int, *keys: SignerKey, origin: str = ORIGIN) -> bytes:
        frontier = Frontier()
        frontier.extend(self.leaves[:size])
        text = Checkpoint(origin, size, frontier.root()).text()
        return build_note(text, [sign_note(text, key) for key in keys or (LOG,)])

    def shown(self, old: int, size: int, *keys: SignerKey, proof: bool = True) -> bytes:
        """The request that goes from one size to another."""
        hashes = consistency_proof(old, size, self._tile) if proof and 0 < old < size else []
        lines = [f"old {old}", *(encode_base64(each) for each in hashes)]
        return "\n".join(lines).encode() + b"\n\n" + self.at(size, *keys)

    def _tile(self, level: int, index: int, width: int) -> bytes:
        assert level == index == 0
        return b"".join(self.leaves[:width])


HISTORY = History(*"abcdefghijklmnop")
ANOTHER = History(*"abcdeXghijklmnop")


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    made = Witness(tmp_path, "witness.example")
    made.trust(LOG.verifier())
    return made


def test_what_grew_is_signed_by_every_key_of_the_witness_and_kept_with_the_log_s_own(witness: Witness) -> None:
    assert witness.add(HISTORY.shown(0, 3)).status == HTTPStatus.OK

    answer = witness.add(HISTORY.shown(3, 7))

    signed = HISTORY.at(7) + answer.body
    opened = open_checkpoint(signed, log_keys=[LOG.verifier()], witness_keys=witness.keys)
    assert {each.key for each in opened.witnesses} == set(witness.keys)
    assert all(each.time_s for each in opened.witnesses)
    assert witness.newest(sha256(ORIGIN.encode()).hexdigest()) == signed


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", HTTPStatus.BAD_REQUEST),
        (b"old 03\n\n" + HISTORY.at(5), HTTPStatus.BAD_REQUEST),
        (b"old 3\nno hash\n\n" + HISTORY.at(5), HTTPStatus.BAD_REQUEST),
        (b"old 3\nAAAA\n\n" + HISTORY.at(5), HTTPStatus.BAD_REQUEST),
        (b"old 3\n" + b"A" * 44 * 64 + b"\n\n" + HISTORY.at(5), HTTPStatus.BAD_REQUEST),
        (b"old 3\n\nno checkpoint\n\n", HTTPStatus.BAD_REQUEST),
        (b"old 9\n\n" + HISTORY.at(5), HTTPStatus.BAD_REQUEST),  # from a larger size than it goes to
        (HISTORY.shown(3, 5, OTHER), HTTPStatus.FORBIDDEN),
        (b"old 3\n\n" + HISTORY.at(5, LOG, origin="another.example"), HTTPStatus.NOT_FOUND),
        (HISTORY.shown(2, 5), HTTPStatus.CONFLICT),
        (HISTORY.shown(0, 5), HTTPStatus.CONFLICT),  # as after a restore of the log from an older backup
        (HISTORY.shown(3, 5, proof=False), HTTPStatus.UNPROCESSABLE_ENTITY),
        (History(*"abX").shown(3, 3), HTTPStatus.UNPROCESSABLE_ENTITY),  # another root for the same size
        (History(*"aXcde").shown(3, 5), HTTPStatus.UNPROCESSABLE_ENTITY),  # another history
        (HISTORY.shown(3, 3), HTTPStatus.OK),  # once more: signed anew, with the time of now
    ],
)
def test_each_answer_has_the_status_of_the_specification(witness: Witness, body: bytes, status: HTTPStatus) -> None:
    witness.add(HISTORY.shown(0, 3))
    before = witness.newest(sha256(ORIGIN.encode()).hexdigest())

    answer = witness.add(body)

    assert answer.status == status
    if status == HTTPStatus.CONFLICT:
        assert (answer.body, answer.content_type) == (b"3\n", SIZE_TYPE)
    if status != HTTPStatus.OK:
        assert witness.newest(sha256(ORIGIN.encode()).hexdigest()) == before


def test_an_empty_log_is_signed_and_may_grow(witness: Witness) -> None:
    assert witness.add(HISTORY.shown(0, 0)).status == HTTPStatus.OK
    assert witness.add(HISTORY.shown(0, 2)).status == HTTPStatus.OK


def test_a_size_of_nothing_has_one_root(witness: Witness) -> None:
    text = Checkpoint(ORIGIN, 0, bytes(32)).text()
    false = b"old 0\n\n" + build_note(text, [sign_note(text, LOG)])
    assert witness.add(false).status == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.requirement("CSV-S7")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.lists(
        st.tuples(st.sampled_from([HISTORY, ANOTHER]), st.integers(0, 16), st.integers(0, 16)), min_size=1, max_size=8
    )
)
def test_whatever_is_asked_only_one_history_is_signed_and_never_a_shorter_one(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[History, int, int]]
) -> None:
    witness = Witness(tmp_path_factory.mktemp("witness"), "witness.example")
    witness.trust(LOG.verifier())
    signed: list[Checkpoint] = []
    for history, old, new in asked:
        if witness.add(history.shown(min(old, new), max(old, new))).status == HTTPStatus.OK:
            signed.append(open_checkpoint(history.at(max(old, new)), log_keys=[LOG.verifier()]).checkpoint)
    assert [each.size for each in signed] == sorted(each.size for each in signed)
    for history in (HISTORY, ANOTHER):
        roots = {size: open_checkpoint(history.at(size), log_keys=[LOG.verifier()]).checkpoint for size in range(17)}
        if all(roots[each.size] == each for each in signed):
            return
    raise AssertionError(f"two histories were signed: {signed}")


def test_a_witness_that_is_started_again_has_its_keys_its_logs_and_what_it_saw(tmp_path: Path) -> None:
    first = Witness(tmp_path, "witness.example")
    first.trust(LOG.verifier())
    first.trust(LOG.verifier())
    first.add(HISTORY.shown(0, 5))

    again = Witness(tmp_path, "witness.example")

    assert (again.keys, again.logs()) == (first.keys, [LOG.verifier()])
    assert again.add(HISTORY.shown(0, 3)).status == HTTPStatus.CONFLICT
    assert again.add(ANOTHER.shown(5, 9)).status == HTTPStatus.OK  # the same up to five
    assert again.add(HISTORY.shown(9, 12)).status == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_key_of_another_name_or_open_to_others_is_refused(tmp_path: Path) -> None:
    Witness(tmp_path, "witness.example")
    with pytest.raises(Unavailable, match="belongs to"):
        Witness(tmp_path, "another.example")
    (tmp_path / "ed25519.key").chmod(0o644)
    with pytest.raises(Unavailable, match="0600"):
        Witness(tmp_path, "witness.example")


def test_nothing_is_signed_where_nothing_can_be_kept(witness: Witness, tmp_path: Path) -> None:
    (tmp_path / "seen").rmdir()
    with pytest.raises(FileNotFoundError):
        witness.add(HISTORY.shown(0, 3))


@contextmanager
def served(witness: Witness) -> Iterator[http.client.HTTPConnection]:
    with Server(("127.0.0.1", 0), witness) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with closing(http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)) as line:
            yield line
        server.shutdown()


def asked(line: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None) -> Answer:
    line.request(method, path, body)
    answer = line.getresponse()
    return Answer(HTTPStatus(answer.status), answer.read(), answer.headers["Content-Type"])


def test_over_http_logs_ask_and_monitors_read(witness: Witness, tmp_path: Path) -> None:
    newest = f"/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
    with served(witness) as line:
        assert asked(line, "GET", newest).status == HTTPStatus.NOT_FOUND
        assert asked(line, "POST", "/add-checkpoint", HISTORY.shown(0, 3)).status == HTTPStatus.OK
        assert asked(line, "POST", "/add-checkpoint", HISTORY.shown(0, 5)) == Answer(
            HTTPStatus.CONFLICT, b"3\n", SIZE_TYPE
        )
        assert asked(line, "GET", newest).body == witness.newest(newest[1:65])
        assert asked(line, "GET", "/../ed25519.key").status == HTTPStatus.NOT_FOUND
        assert asked(line, "POST", "/elsewhere", b"x").status == HTTPStatus.NOT_FOUND
        (tmp_path / "logs").write_text("no key\n")
        assert asked(line, "POST", "/add-checkpoint", HISTORY.shown(3, 5)).body == b"nothing was signed\n"


def test_over_http_what_is_too_long_or_of_no_length_is_refused(witness: Witness) -> None:
    with served(witness) as line:
        line.putrequest("POST", "/add-checkpoint")
        line.putheader("Content-Length", str(BODY_BYTES_MAX + 1))
        line.endheaders()
        assert line.getresponse().status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        line.close()
        line.putrequest("POST", "/add-checkpoint")
        line.endheaders()
        assert line.getresponse().status == HTTPStatus.LENGTH_REQUIRED
