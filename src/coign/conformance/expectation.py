"""Reads from the words of an `expect` column or field whether something must be accepted or refused."""

import re

ACCEPTED = "verifies"
REFUSED = "refused"

_NO = re.compile(r"\b(reject|refus|fail|invalid|not verif|not valid|must not|error)", re.IGNORECASE)
_YES = re.compile(r"\b(verif|accept|valid|pass)", re.IGNORECASE)


def expected_answer(*statements: str | None) -> str | None:
    """ACCEPTED or REFUSED when the statements agree; both named when they contradict one another; None when none says.

    A contradiction equals no answer, so that the case fails and shows both statements.
    """
    answers = {answer for statement in statements if (answer := _answer(statement))}
    if len(answers) > 1:
        said = " and ".join(repr(statement) for statement in statements if statement)
        return f"contradiction: {said}"
    return answers.pop() if answers else None


def answer(accepted: bool) -> str:
    """The word for what our code said."""
    return ACCEPTED if accepted else REFUSED


def _answer(statement: str | None) -> str | None:
    if statement is None:
        return None
    # The refusing words first: "must not verify" holds both.
    if _NO.search(statement):
        return REFUSED
    return ACCEPTED if _YES.search(statement) else None
