"""How a caller waits for the writer."""

import threading

from coign.perform.request import Done


class Answer:
    """What somebody waits for. Whoever gets theirs wakes the next of the same batch.

    Woken all at once they would only queue up again for the interpreter, and that costs more than what they do.
    """

    __slots__ = ("_asleep", "_gate", "_next", "error", "result")

    def __init__(self) -> None:
        self.result: Done | None = None
        self.error: Exception | None = None
        self._gate = threading.Lock()
        self._gate.acquire()
        self._asleep = [self._gate]
        self._next: Answer | None = None

    @property
    def is_given(self) -> bool:
        """Whether there is one, woken or not."""
        return self.result is not None or self.error is not None

    def before(self, following: "Answer") -> None:
        """Who is to be woken by this one."""
        self._next = following

    def wake(self) -> None:
        """Let the one who waits go on; again and again does no harm."""
        try:
            self._asleep.pop().release()
        except IndexError:
            return

    def wait(self, timeout_s: float) -> Done:
        """The answer, or its error raised; `TimeoutError` without one."""
        given = self._gate.acquire(timeout=timeout_s)
        if self._next is not None:
            self._next.wake()
        if not given:
            raise TimeoutError
        if self.error is not None:
            raise self.error
        assert self.result is not None
        return self.result
