"""Callers of one batch are woken one after the other, and none of them is forgotten."""

import threading
from collections.abc import Sequence
from itertools import pairwise

import pytest

from coign.kernel.errors import Conflict
from coign.perform.answer import Answer
from coign.perform.request import Done


def chain(count: int) -> list[Answer]:
    answers = [Answer() for _ in range(count)]
    for answer, following in pairwise(answers):
        answer.before(following)
    return answers


def waiting(answers: Sequence[Answer]) -> list[threading.Thread]:
    threads = [threading.Thread(target=answer.wait, args=(60,), daemon=True) for answer in answers]
    for thread in threads:
        thread.start()
    return threads


def test_whoever_gets_an_answer_wakes_the_next() -> None:
    answers = chain(20)
    threads = waiting(answers)
    for answer in answers:
        answer.result = Done(())
    answers[0].wake()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)


def test_one_who_gave_up_waiting_wakes_the_next_all_the_same() -> None:
    first, second = chain(2)
    [thread] = waiting([second])
    second.result = Done(())
    with pytest.raises(TimeoutError):
        first.wait(0.01)
    thread.join(timeout=60)
    assert not thread.is_alive()


def test_an_answer_is_given_once_and_waking_again_does_no_harm() -> None:
    answer = Answer()
    assert not answer.is_given
    answer.result = Done(())
    answer.wake()
    answer.wake()
    assert answer.is_given and answer.wait(60) == Done(())


def test_an_error_is_raised_where_one_waits() -> None:
    answer = Answer()
    answer.error = Conflict("somebody recorded this at the same moment")
    answer.wake()
    with pytest.raises(Conflict):
        answer.wait(60)
