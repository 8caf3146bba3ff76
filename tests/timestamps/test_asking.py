"""An authority is asked over HTTP, and only what fits the question is believed; its file says who, and how often."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.authority import Authority, Office

from coign.kernel.errors import Invalid
from coign.timestamps.asking import ask
from coign.timestamps.attaching import attached, line
from coign.timestamps.policy import FILE, read_stamp_policy
from coign.timestamps.stamping import is_about
from coign_verify.notes import parse_note

TEXT = b"coign.example.org/log\n7\nroot\n"


@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as open_now:
        yield open_now


def test_an_authority_that_is_asked_says_when(office: Office, tmp_path: Path) -> None:
    policy = office.policy(tmp_path, policy="1.3.6.1.4.1.57264.2")
    answered = ask(policy, TEXT)
    assert answered.stamp.authority == "CN=Clock of tests"
    assert is_about(answered.answer, TEXT) and not is_about(answered.answer, TEXT + b"\n")
    assert policy.judge(answered.answer, TEXT) == answered.stamp
    with pytest.raises(ValueError):
        is_about(b"no answer", TEXT)


def test_what_does_not_fit_the_question_is_no_stamp(office: Office, tmp_path: Path) -> None:
    policy = office.policy(tmp_path)
    office.off = 1
    with pytest.raises(ValueError, match="Nonce mismatch"):
        ask(policy, TEXT)
    office.off, office.status = 0, 500
    with pytest.raises(ValueError, match="it answers 500"):
        ask(policy, TEXT)
    office.status = 200
    with pytest.raises(ValueError, match=r"asked for is 1\.2\.3"):
        ask(office.policy(tmp_path, policy="1.2.3"), TEXT)
    office.policy(tmp_path)
    (tmp_path / "authority.pem").write_bytes(Authority.new().chain)
    other = read_stamp_policy(tmp_path / FILE)
    assert other is not None
    with pytest.raises(ValueError):
        ask(other, TEXT)


def test_an_authority_that_does_not_answer_is_said_so(tmp_path: Path) -> None:
    with Office() as closed:
        policy = closed.policy(tmp_path)
    with pytest.raises(ValueError, match="it does not answer"):
        ask(policy, TEXT)


def test_an_answer_of_an_authority_that_was_asked_before_is_still_believed(office: Office, tmp_path: Path) -> None:
    old = ask(office.policy(tmp_path), TEXT).answer
    (tmp_path / "former.pem").write_bytes(office.authority.chain)
    with Office() as newer:
        newer.policy(tmp_path)
        text = (tmp_path / FILE).read_text()
        (tmp_path / FILE).write_text(text.replace("[authority.pem]", "[authority.pem, former.pem]"))
        both = read_stamp_policy(tmp_path / FILE)
    assert both is not None and both.judge(old, TEXT).serial == 77


def test_a_stamp_hangs_below_a_note_as_one_more_line(office: Office, tmp_path: Path) -> None:
    answer = ask(office.policy(tmp_path), TEXT).answer
    note = parse_note(TEXT + b"\n" + line("tsa.example.org", answer).encode())
    assert list(attached(note)) == [("tsa.example.org", answer)]
    assert note.stamped == ["when it existed: a time stamp of tsa.example.org is attached, and was not judged here"]
    changed = parse_note(note.to_bytes().replace(b"tsa.example.org", b"tsa.example.com"))
    assert list(attached(changed)) == [], "its name is in its number"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("authority: https://a.example/", "expected authority, certificates and every_min"),
        ("- a", "expected authority, certificates and every_min"),
        ("a: [", "is no YAML"),
        ("authority: ftp://a\ncertificates: [a.pem]\nevery_min: 5", "authority"),
        ("authority: https://[\ncertificates: [a.pem]\nevery_min: 5", "authority"),
        ("authority: 7\ncertificates: [a.pem]\nevery_min: 5", "authority"),
        ("authority: https://a.example/\ncertificates: a.pem\nevery_min: 5", "certificates"),
        ("authority: https://a.example/\ncertificates: [a.pem]\nevery_min: 5", "a.pem cannot be read"),
        ("authority: https://a.example/\ncertificates: [timestamps.yaml]\nevery_min: 5", "timestamps.yaml: "),
        ("authority: https://a.example/\ncertificates: [a.pem]\nevery_min: 0", "every_min"),
        ("authority: https://a.example/\ncertificates: [a.pem]\nevery_min: yes", "every_min"),
        ("authority: https://a.example/\ncertificates: [a.pem]\nevery_min: 5\npolicy: 1.2", "policy"),
        ("authority: https://a.example/\ncertificates: [a.pem]\nevery_min: 5\nhow: so", "and nothing else"),
    ],
)
def test_a_file_that_cannot_be_understood_names_what(tmp_path: Path, text: str, named: str) -> None:
    assert read_stamp_policy(tmp_path / FILE) is None, "without a file nobody is asked"
    (tmp_path / FILE).write_text(text)
    with pytest.raises(Invalid) as no:
        read_stamp_policy(tmp_path / FILE)
    assert str(no.value).startswith(FILE) and named in str(no.value)
