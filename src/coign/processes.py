"""Other processes of this program that share out work, and end with whoever started them, however that ends."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.context import SpawnContext
from threading import Thread
from typing import Any

from coign import memory

#: Not `fork`: threads and connections of this process must not be there twice.
CONTEXT: SpawnContext = get_context("spawn")


def cores() -> int:
    """How many cores we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def started(count: int, begin: Callable[..., None], given: Sequence[Any]) -> Iterator[ProcessPoolExecutor]:
    """So many of them, each of which begins with this function; when the block is left, whoever is at work ends."""
    alive, ours = CONTEXT.Pipe(duplex=False)
    executor = ProcessPoolExecutor(count, CONTEXT, _begin, (alive, begin, *given))
    try:
        yield executor
    finally:
        ours.close()
        executor.shutdown(cancel_futures=True)


def _begin(alive: Pipe, begin: Callable[..., None], *given: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started us decides, and then we end
    Thread(target=_end_with, args=(alive,), daemon=True).start()
    begin(*given)
    memory.settle()


def _end_with(alive: Pipe) -> None:
    """A pipe that nobody writes to any more tells it."""
    with suppress(EOFError, OSError):
        alive.recv_bytes()
    os._exit(1)
