"""Keys, signed notes and checkpoints."""

import pytest

from coign_verify.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from coign_verify.encoding import decode_base64, encode_base64
from coign_verify.keys import Algorithm, KeyTextError, VerifierKey, ml_dsa_44_is_available
from coign_verify.notes import NOTE_BYTES_MAX, SIGNATURES_MAX, NoteError, Signature, parse_note, verify_note
from coign_verify.signing import SignerKey, build_note, sign_note
from coign_verify.tree import EMPTY_ROOT

EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjO"
    "BH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
TEXT = Checkpoint("log.example/one", 5, b"r" * 32).text()
LOG = SignerKey("log.example/one", Algorithm.ED25519, b"l" * 32)
WITNESS = SignerKey("witness.example/w", Algorithm.ED25519_COSIGNATURE, b"w" * 32)
STRANGER = SignerKey("stranger.example", Algorithm.ED25519, b"s" * 32)
ALGORITHMS = [each for each in Algorithm if each is not Algorithm.ML_DSA_44_COSIGNATURE or ml_dsa_44_is_available()]


def signed(*lines: Signature, text: str = TEXT):
    return parse_note(build_note(text, lines))


def test_the_example_of_the_specification_verifies():
    key = VerifierKey.from_text(EXAMPLE_KEY)
    (verified,) = verify_note(parse_note(EXAMPLE_NOTE), [key])
    assert verified.key == key
    assert verified.time_s is None
    assert key.text == EXAMPLE_KEY
    assert parse_note(EXAMPLE_NOTE).to_bytes() == EXAMPLE_NOTE


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_keys_survive_their_texts_and_sign_for_one_another(algorithm):
    signer = SignerKey.generate("w.example/1", algorithm)
    again = SignerKey.from_text(signer.text)
    verifier = VerifierKey.from_text(signer.verifier().text)
    assert again == signer
    assert verifier == signer.verifier()
    time_s = 1_700_000_000 if algorithm.is_timed else None
    (verified,) = verify_note(signed(sign_note(TEXT, again, time_s=time_s)), [verifier])
    assert verified.time_s == time_s


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_no_changed_byte_of_a_signature_or_of_the_text_goes_unnoticed(algorithm):
    signer = SignerKey("w.example/1", algorithm, b"k" * 32)
    verifier = signer.verifier()
    value = signer.sign(TEXT, time_s=7 if algorithm.is_timed else None)
    assert verifier.verify(TEXT, value) is not None
    for place in range(0, len(value), 1 if len(value) < 100 else 17):
        changed = bytearray(value)
        changed[place] ^= 1
        assert verifier.verify(TEXT, bytes(changed)) is None
    for length in (*range(min(len(value), 100)), len(value) - 1):
        assert verifier.verify(TEXT, value[:length]) is None
    assert verifier.verify(TEXT, value + b"\x00") is None
    for other in (TEXT.replace("5", "6"), TEXT.replace("one", "two"), TEXT.replace("c", "d", 1), "no checkpoint\n"):
        if other != TEXT:
            assert verifier.verify(other, value) is None


@pytest.mark.skipif(not ml_dsa_44_is_available(), reason="the installed cryptography has no ML-DSA-44")
def test_an_ml_dsa_cosignature_binds_the_name_of_its_cosigner_and_not_extension_lines():
    signer = SignerKey("w.example/1", Algorithm.ML_DSA_44_COSIGNATURE, b"k" * 32)
    value = signer.sign(TEXT, time_s=7)
    renamed = VerifierKey("w.example/2", signer.algorithm, signer.verifier().public)
    assert renamed.verify(TEXT, value) is None
    assert signer.verifier().verify(f"{TEXT}extension\n", value) == 7


def test_an_ed25519_cosignature_is_over_time_and_the_whole_text():
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    value = WITNESS.sign(TEXT, time_s=1_679_315_147)
    expected = Ed25519PrivateKey.from_private_bytes(b"w" * 32).sign(
        b"cosignature/v1\ntime 1679315147\n" + TEXT.encode()
    )
    assert value == (1_679_315_147).to_bytes(8, "big") + expected


def test_a_key_for_one_purpose_does_not_sign_for_another():
    plain = SignerKey("a.example", Algorithm.ED25519, b"k" * 32)
    cosigner = SignerKey("a.example", Algorithm.ED25519_COSIGNATURE, b"k" * 32)
    assert plain.verifier().key_id != cosigner.verifier().key_id
    assert plain.verifier().verify(TEXT, cosigner.sign(TEXT, time_s=1)) is None
    with pytest.raises(ValueError, match="needs a time"):
        cosigner.sign(TEXT)
    with pytest.raises(ValueError, match="takes no time"):
        plain.sign(TEXT, time_s=1)
    with pytest.raises(CheckpointError):
        cosigner.sign("no checkpoint\n", time_s=1)


def test_a_time_from_2_to_the_63_on_is_refused():
    value = WITNESS.sign(TEXT, time_s=1)
    assert WITNESS.verifier().verify(TEXT, b"\xff" * 8 + value[8:]) is None
    with pytest.raises(ValueError, match="time"):
        WITNESS.sign(TEXT, time_s=2**63)


def test_signatures_of_unknown_keys_are_ignored_even_with_a_known_name_or_id():
    good = sign_note(TEXT, LOG)
    same_name = Signature(LOG.name, b"\x00\x01\x02\x03", b"x" * 64)
    same_id = Signature("other.example", good.key_id, b"x" * 64)
    (verified,) = verify_note(signed(same_name, good, same_id), [LOG.verifier()])
    assert verified.key == LOG.verifier()


def test_one_bad_signature_of_a_known_key_spoils_the_note():
    good = sign_note(TEXT, LOG)
    bad = Signature(good.name, good.key_id, good.value[:-1] + b"\x00")
    for lines in ((good, bad), (bad, good), (bad,)):
        with pytest.raises(NoteError, match="does not verify"):
            verify_note(signed(*lines), [LOG.verifier()])


def test_a_note_without_a_known_signature_is_refused():
    with pytest.raises(NoteError, match="no signature of a known key"):
        verify_note(signed(sign_note(TEXT, STRANGER)), [LOG.verifier()])


def test_a_key_counts_once_with_its_newest_time():
    lines = [sign_note(TEXT, WITNESS, time_s=time_s) for time_s in (5, 9, 7)]
    (verified,) = verify_note(signed(*lines), [WITNESS.verifier(), WITNESS.verifier()])
    assert verified.time_s == 9


def test_sixteen_signatures_are_read_and_too_many_are_not():
    lines = [sign_note(TEXT, STRANGER)] * 15 + [sign_note(TEXT, LOG)]
    assert len(verify_note(signed(*lines), [LOG.verifier()])) == 1
    with pytest.raises(NoteError, match="at most 100"):
        build_note(TEXT, [sign_note(TEXT, STRANGER)] * (SIGNATURES_MAX + 1))
    with pytest.raises(NoteError, match="bytes"):
        parse_note(b"x" * (NOTE_BYTES_MAX + 1))


def test_the_last_empty_line_ends_the_text():
    text = "first\n\nsecond\n\n\n"
    note = signed(sign_note(text, LOG), text=text)
    assert note.text == text
    assert verify_note(note, [LOG.verifier()])


LINE = sign_note("text\n", LOG).line()


@pytest.mark.parametrize(
    "data",
    [
        "", "\n", "\n\n", "text\n", "text\n\n", f"text\n{LINE}", f"text\n\n{LINE}\n", f"text\n\n{LINE.rstrip()}",
        f"text\n\n-{LINE[1:]}",
        f"text\n\n {LINE}", f"text\n\n{LINE}more\n", "text\n\n— a.example\n", "text\n\n— a.example AAAAAA== x\n",
        "text\n\n— a+b AAAAAAA=\n",
        "text\n\n— a\u00a0b AAAAAAA=\n", "text\n\n—  AAAAAAA=\n", "text\n\n— a.example AAAAAAA\n",
        "text\n\n— a.example AAAAAAB=\n",
        "text\n\n— a.example AAAA\n", "text\n\n— a.example AAAAAA==\n", "text\n\n— a.example AAAA-AA=\n",
        f"te\txt\n\n{LINE}", f"text\r\n\n{LINE}",
        f"te\x00xt\n\n{LINE}", f"text\n\n{LINE.replace(' ', '  ', 1)}",
    ],
)  # fmt: skip
def test_malformed_notes_are_refused(data):
    with pytest.raises(NoteError):
        parse_note(data.encode())


def test_a_note_that_is_not_utf_8_is_refused():
    with pytest.raises(NoteError, match="UTF-8 at byte 2"):
        parse_note(b"te\xffxt\n\n" + LINE.encode())


def test_no_note_is_built_that_would_not_read_back():
    with pytest.raises(NoteError):
        build_note("no line feed", [sign_note("x\n", LOG)])
    with pytest.raises(NoteError):
        build_note("tab\there\n", [sign_note("x\n", LOG)])
    with pytest.raises(NoteError):
        build_note("text\n", [])


@pytest.mark.parametrize(
    "text",
    [
        "", "name", "name+530d903a", EXAMPLE_KEY.replace("530d903a", "530d903b"), EXAMPLE_KEY.replace("530d903a",
        "530D903A"),
        EXAMPLE_KEY.replace("foo", "bar"), EXAMPLE_KEY[:-1], EXAMPLE_KEY + "\n", EXAMPLE_KEY.replace("+Ae", "+Be"),
        EXAMPLE_KEY.replace("example.com/foo", ""), EXAMPLE_KEY.replace("com/", "com "), "name+00000000+",
        "name+00000000+AQ==",
    ],
)  # fmt: skip
def test_malformed_key_texts_are_refused(text):
    with pytest.raises(KeyTextError):
        VerifierKey.from_text(text)


def test_a_secret_key_cannot_be_taken_for_a_public_one_and_is_not_shown():
    assert LOG.text.startswith("PRIVATE+KEY+")
    with pytest.raises(KeyTextError):
        VerifierKey.from_text(LOG.text)
    with pytest.raises(KeyTextError) as no:
        SignerKey.from_text(LOG.text.replace("log.example", "lag.example"))
    assert encode_base64(b"l" * 32)[:10] not in str(no.value)
    assert "llll" not in repr(LOG)
    with pytest.raises(KeyTextError):
        SignerKey.from_text(LOG.verifier().text)


def test_two_keys_of_one_name_and_id_are_ambiguous():
    class Twin(VerifierKey):
        @property
        def key_id(self) -> bytes:
            return LOG.verifier().key_id

    twin = Twin(LOG.name, Algorithm.ED25519, STRANGER.verifier().public)
    with pytest.raises(NoteError, match="share the name and id"):
        verify_note(signed(sign_note(TEXT, LOG)), [LOG.verifier(), twin])


def test_a_checkpoint_opens_under_the_key_of_its_log_with_its_witnesses():
    note = build_note(TEXT, [sign_note(TEXT, LOG), sign_note(TEXT, STRANGER), sign_note(TEXT, WITNESS, time_s=42)])
    opened = open_checkpoint(note, log_keys=[LOG.verifier()], witness_keys=[WITNESS.verifier()])
    assert opened.checkpoint == Checkpoint("log.example/one", 5, b"r" * 32)
    assert [each.key.name for each in opened.log] == ["log.example/one"]
    assert [(each.key.name, each.time_s) for each in opened.witnesses] == [("witness.example/w", 42)]


def test_witnesses_alone_do_not_make_a_checkpoint():
    note = build_note(TEXT, [sign_note(TEXT, WITNESS, time_s=42)])
    with pytest.raises(NoteError, match="itself did not sign"):
        open_checkpoint(note, log_keys=[LOG.verifier()], witness_keys=[WITNESS.verifier()])


def test_a_log_does_not_speak_for_another_log():
    other = Checkpoint("log.example/two", 5, b"r" * 32).text()
    note = build_note(other, [sign_note(other, LOG)])
    with pytest.raises(NoteError, match=r"origin log\.example/two"):
        open_checkpoint(note, log_keys=[LOG.verifier()])


def test_a_log_is_not_its_own_witness():
    same = SignerKey("witness.example/w", Algorithm.ED25519_COSIGNATURE, LOG.seed)
    note = build_note(TEXT, [sign_note(TEXT, LOG), sign_note(TEXT, same, time_s=1)])
    with pytest.raises(NoteError, match="as log key and as witness key"):
        open_checkpoint(note, log_keys=[LOG.verifier()], witness_keys=[same.verifier()])


def test_checkpoint_texts_read_back():
    for checkpoint in (
        Checkpoint("a", 0, EMPTY_ROOT),
        Checkpoint("a b", 2**63 - 1, b"x" * 32, ("one", "two")),
    ):
        assert Checkpoint.parse(checkpoint.text()) == checkpoint


ROOT = encode_base64(b"r" * 32)


@pytest.mark.parametrize(
    "text",
    [
        "", "a\n1\n", f"a\n1\n{ROOT}", f"\n1\n{ROOT}\n", f"a\n01\n{ROOT}\n", f"a\n+1\n{ROOT}\n", f"a\n-1\n{ROOT}\n",
        f"a\n1 \n{ROOT}\n",
        f"a\n\n{ROOT}\n", f"a\n1\n{ROOT[:-4]}\n", f"a\n1\n{ROOT} \n", f"a\n1\n{ROOT[:-2]}B=\n", f"a\n1\n{ROOT}\n\n",
        f"a\n1\n{ROOT}\n\nx\n",
        f"a\n{2**63}\n{ROOT}\n", f"a\n{'9' * 5000}\n{ROOT}\n", f"a\n١\n{ROOT}\n", f"a\t\n1\n{ROOT}\n",
    ],
)  # fmt: skip
def test_malformed_checkpoint_texts_are_refused(text):
    with pytest.raises(CheckpointError):
        Checkpoint.parse(text)


@pytest.mark.parametrize("text", ["AA", "AA=", "AB==", "AA==\n", " AA==", "A_8=", "ÄÄ==", "=", "AAAA===="])
def test_base64_in_another_spelling_is_refused(text):
    with pytest.raises(ValueError, match="base64"):
        decode_base64(text)
