"""The file of people: one role of one person a line. Read whole before anything is entered; every defect is named."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from coign.kernel.values import Instant
from coign.people.events import Role
from coign.people.separation import must_be_apart
from coign.web.setting_up.plan import Member

NEEDED, OPTIONAL = ("sign_in", "name", "role"), ("organisation", "until")
HEADER = f"{','.join(NEEDED)}, and if you wish {' and '.join(OPTIONAL)}"
LINES_MAX = 1000
FILE_BYTES_MAX = 262_144
DEFECTS_SHOWN_MAX = 20
NAME_LENGTH_MAX = 120
ROLES: tuple[str, ...] = get_args(Role)
#: Lower case only: two people whose names differ by a capital are one to whoever types them.
SIGN_IN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
SIGN_IN_HINT = "lower-case letters, digits, . _ -, at most 64, beginning with a letter or digit"
#: The name under which set-up itself acts.
RESERVED = "setup"


class Defects(Exception):
    """The file cannot be taken; one sentence for each reason, with line and column."""

    def __init__(self, *found: str) -> None:
        super().__init__("; ".join(found))
        self.found = found


def sign_in_defect(text: str) -> str:
    """Why this cannot be a sign-in name; empty when it can."""
    if not SIGN_IN.match(text):
        return f"expected {SIGN_IN_HINT}"
    return f"“{RESERVED}” is taken by set-up itself: choose another name" if text == RESERVED else ""


def name_defect(text: str) -> str:
    """Why this cannot be a printed name; empty when it can."""
    if not text:
        return "write the name as it is to be printed"
    return (
        "" if text.isprintable() and len(text) <= NAME_LENGTH_MAX else f"at most {NAME_LENGTH_MAX} visible characters"
    )


def read(content: bytes, *, organisation: str, zone: str, now: Instant, taken: Mapping[str, str]) -> tuple[Member, ...]:
    """All lines, or `Defects`. `taken`: sign-in names that others have, with the words for who that is."""
    reading = _Reading(organisation, zone, now, taken)
    members = tuple(reading.members(_rows(content)))
    if reading.defects:
        found = reading.defects
        more = len(found) - DEFECTS_SHOWN_MAX
        raise Defects(*found[:DEFECTS_SHOWN_MAX], *([f"and {more} more"] if more > 0 else []))
    return members


def _rows(content: bytes) -> Iterator[tuple[int, dict[str, str] | str]]:
    """(line, its values by column, or what is wrong with it); `Defects` when the file as a whole cannot be read."""
    if len(content) > FILE_BYTES_MAX:
        raise Defects(f"the file is larger than {FILE_BYTES_MAX // 1024} KiB: split it, or enter people later")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Defects(f"line {line}: not UTF-8; save the file as “CSV UTF-8”") from None
    first = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    columns: list[str] = []
    line = 0
    try:
        for values in lines:
            begins, line = line + 1, lines.line_num
            if not any(v.strip() for v in values):
                continue
            if not columns:
                columns = _header(begins, [v.strip().lower() for v in values])
            elif len(values) != len(columns):
                yield begins, f"{len(values)} values, but the header names {len(columns)} columns"
            else:
                yield begins, dict(zip(columns, (v.strip() for v in values), strict=True))
            if line > LINES_MAX + 1:
                raise Defects(f"more than {LINES_MAX} lines: split the file, or enter people later")
    except csv.Error as error:
        raise Defects(f"line {line + 1}: the quotation marks do not fit ({error})") from None
    if not columns:
        raise Defects(f"the file is empty: the first line is the header {HEADER}")


def _header(line: int, columns: list[str]) -> list[str]:
    found = [f"line {line}: the column {name} is missing" for name in NEEDED if name not in columns]
    found += [f"line {line}, column {n}: “{name}” is unknown" for n, name in enumerate(columns, 1)
              if name not in (*NEEDED, *OPTIONAL)]  # fmt: skip
    found += [
        f"line {line}: the column {name} is there twice" for name in sorted(set(columns)) if columns.count(name) > 1
    ]
    if found:
        raise Defects(*found, f"expected the header {HEADER}")
    return columns


class _Reading:
    """One file being read: what was found so far, line by line."""

    def __init__(self, organisation: str, zone: str, now: Instant, taken: Mapping[str, str]) -> None:
        self._organisation, self._zone, self._now, self._taken = organisation, zone, now, taken
        self._names: dict[str, tuple[int, str]] = {}
        self._roles: dict[str, dict[str, int]] = {}
        self.defects: list[str] = []

    def members(self, rows: Iterator[tuple[int, dict[str, str] | str]]) -> Iterator[Member]:
        for line, row in rows:
            if isinstance(row, str):
                self.defects.append(f"line {line}: {row}")
                continue
            until, until_defect = self._until(row.get("until", ""))
            wrong = {
                "sign_in": sign_in_defect(row["sign_in"]) or self._taken_by(row["sign_in"]),
                "name": name_defect(row["name"]) or self._other_name(line, row["sign_in"], row["name"]),
                "role": self._role(line, row["sign_in"], row["role"]),
                "organisation": self._elsewhere(row.get("organisation", "")),
                "until": until_defect,
            }
            self.defects += [f"line {line}, column {column}: {defect}" for column, defect in wrong.items() if defect]
            yield Member(row["sign_in"], row["name"], row["role"], until)

    def _taken_by(self, sign_in: str) -> str:
        whose = self._taken.get(sign_in)
        return f"{sign_in} is {whose}: leave the line out, or choose another name" if whose else ""

    def _other_name(self, line: int, sign_in: str, name: str) -> str:
        before, known = self._names.setdefault(sign_in, (line, name))
        return "" if known == name else f"{sign_in} is “{known}” in line {before}: one person, one name"

    def _role(self, line: int, sign_in: str, role: str) -> str:
        if role not in ROLES:
            return f"“{role}” is none of {', '.join(ROLES)}"
        held = self._roles.setdefault(sign_in, {})
        if role in held:
            return f"{sign_in} has this role in line {held[role]} already: leave one of them out"
        for other, before in held.items():
            if must_be_apart(role, other):  # the gate `people.roles_are_separate`, told before anything is entered
                return f"{sign_in} is {other} in line {before} and cannot be {role} as well: give it to somebody else"
        held[role] = line
        return ""

    def _elsewhere(self, organisation: str) -> str:
        if organisation in ("", self._organisation):
            return ""
        return f"only {self._organisation} is set up here: administrators register people of {organisation} afterwards"

    def _until(self, text: str) -> tuple[Instant | None, str]:
        if not text:
            return None, ""
        try:
            until = self._end_of(text)
        except (ValueError, OverflowError):
            return None, "expected the last day, such as 2027-12-31, or a time with its zone"
        return until, "" if until > self._now else "is over already: leave the line out, or name a later day"

    def _end_of(self, text: str) -> Instant:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            after = date.fromisoformat(text) + timedelta(days=1)
            return Instant.of(datetime.combine(after, time(), ZoneInfo(self._zone)))
        return Instant.parse(text)
