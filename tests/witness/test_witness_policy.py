"""Who is relied on is read from a C2SP tlog-policy file, and what it gets wrong is named by line."""

from hashlib import sha256
from pathlib import Path

import pytest

from coign.kernel.errors import Invalid
from coign.witness.policy import majority, parse_policy, read_policy, read_trust
from coign_verify.keys import Algorithm, VerifierKey
from coign_verify.signing import SignerKey

ED, PQ, LOG = Algorithm.ED25519_COSIGNATURE, Algorithm.ML_DSA_44_COSIGNATURE, Algorithm.ED25519


def key(name: str, kind: Algorithm = ED, seed: str = "") -> VerifierKey:
    """The same at each collection of these tests, since cases are named by it."""
    return SignerKey(name, kind, sha256((seed or name).encode()).digest()).verifier()


A, B, C, A2 = key("a.example"), key("b.example"), key("c.example"), key("a.example", seed="another")
THREE = f"""
# Three houses.
witness a {A.text} https://a.example/w/
witness\ta2  {A2.text} https://a.example/w
witness b {B.text} http://127.0.0.1:8010
witness c {C.text}
group one any a a2
group most 2 one b c
quorum most
"""


def test_keys_at_one_address_are_one_witness_and_the_groups_say_how_many_are_enough():
    policy = parse_policy(THREE)
    assert [(w.name, w.url, w.keys) for w in policy.witnesses] == [
        ("a.example", "https://a.example/w", (A, A2)),
        ("b.example", "http://127.0.0.1:8010", (B,)),
        ("c.example", "", (C,)),
    ]
    assert policy.enough_since({A: 5, A2: 9}) is None  # one witness with two keys
    assert policy.enough_since({A: 5, A2: 9, B: 7}) == 7
    assert policy.enough_since({A: 5, B: 7, C: 6}) == 6  # enough since the second newest


def test_the_log_may_be_named_and_nobody_asked_for():
    log = key("log.example", LOG)
    policy = parse_policy(f"log {log.text} https://log.example/\nquorum none\n")
    assert (policy.logs, policy.witnesses, policy.enough_since({})) == ((log,), (), None)


def test_what_is_written_for_witnesses_of_one_s_own_reads_back():
    policy = parse_policy(majority([("http://a", [A, A2]), ("http://b", [B]), ("http://c", [C])]))
    assert [w.keys for w in policy.witnesses] == [(A, A2), (B,), (C,)]
    assert policy.enough_since({A: 1, C: 2}) == 1 and policy.enough_since({A: 1, A2: 2}) is None


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("witnes a x", "expected"),
        ("witness a", "expected"),
        ("witness b nokey", "a key is written"),
        (f"witness b {key('b.example', LOG).text}", "key: b.example is of another kind"),
        (f"log {A.text}", "key: a.example is of another kind"),
        (f"witness b {A.text}", "a.example stands in another line"),
        (f"witness a {B.text}", "of a name not used before"),
        (f"witness none {B.text}", "of a name not used before"),
        (f"witness b {B.text} ftp://b.example", "url:"),
        (f"witness b {B.text} http://b.example:port", "url:"),
        (f"witness b {B.text} https://a.example", "key: at https://a.example is a.example already"),
        (f"witness b {A2.text} https://b.example", "url: a.example has another address"),
        ("group g 2 a", "2 of 1 members cannot be enough"),
        ("group g 0 a", "0 of 1 members"),
        ("group g some a", "some of 1 members"),
        ("group g +1 a", "+1 of 1 members"),
        ("quorum a \u2028", "control character"),
        ("group g any b", "no line above it names 'b'"),
        ("group g any a a", "cannot be enough"),
        ("quorum b", "no line above it names 'b'"),
        ("quorum a \x07", "control character"),
    ],
)
def test_what_cannot_be_understood_is_named_by_line_and_part(line, named):
    with pytest.raises(Invalid) as no:
        parse_policy(f"witness a {A.text} https://a.example\n{line}\nquorum a\n")
    assert no.value.errors[0].field == "COIGN_WITNESSES line 2"
    assert no.value.errors[0].message.startswith(named) or named in no.value.errors[0].message


def test_whoever_counts_in_two_groups_is_no_second_witness():
    text = (
        f"witness a {A.text}\nwitness b {B.text}\ngroup one any a b\ngroup two any b\ngroup g all one two\nquorum g\n"
    )
    with pytest.raises(Invalid, match="line 4: member: b counts already"):
        parse_policy(text)


def test_what_somebody_trusts_is_a_list_of_log_keys_or_a_policy():
    log = key("log.example", LOG)
    assert read_trust(f"# ours\n{log.text}\n", "--trust") is None
    policy = read_trust(f"log {log.text}\nwitness a {A.text}\nquorum a\n", "--trust")
    assert policy is not None and (policy.logs, policy.keys) == ((log,), [A])
    with pytest.raises(Invalid, match="--trust line 2"):
        read_trust(f"log {log.text}\nwitness a\nquorum none\n", "--trust")


def test_how_many_are_enough_is_said_once():
    for text, named in (("", "how many"), (f"witness a {A.text}\nquorum a\nquorum a\n", "expected one")):
        with pytest.raises(Invalid, match=named):
            parse_policy(text)


def test_a_file_that_is_missing_or_no_text_is_named(tmp_path: Path):
    with pytest.raises(Invalid, match="cannot be read"):
        read_policy(tmp_path / "none")
    (tmp_path / "bytes").write_bytes(b"\xff")
    with pytest.raises(Invalid, match="UTF-8"):
        read_policy(tmp_path / "bytes")
    (tmp_path / "good").write_text(THREE)
    assert read_policy(tmp_path / "good") == parse_policy(THREE)
