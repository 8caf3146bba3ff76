"""What a command prints: one JSON object or text on standard output, progress on standard error."""

import json
import sys
from collections.abc import Mapping
from typing import Any

NUMBERED_A_LINE = 100


def say(line: str) -> None:
    """Progress, for whoever watches."""
    print(line, file=sys.stderr, flush=True)


def say_some(line: str) -> None:
    """Progress of something long: of its numbered lines, `[  17] …`, every hundredth."""
    number = line[1:].partition("]")[0].strip() if line.startswith("[") else "0"
    if int(number) % NUMBERED_A_LINE == 0:
        say(line)


def answer(result: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    """The answer, in the form that was asked for."""
    print(json.dumps(result, ensure_ascii=False, default=str) if as_json else text, flush=True)
