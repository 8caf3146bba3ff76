"""YAML as nodes with their lines, and the plain questions a reader asks of them; every defect becomes a `Problem`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from itertools import accumulate

from yaml.error import MarkedYAMLError, YAMLError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from coign import yaml_files
from coign.kernel.frozen import dataclass

CHARACTERS_MAX = 200_000
BRACKETS_MAX = 50  # more open at once are no programme, and slow to read
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?\Z")
_TEXT = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong with a programme file: in which line, which rule it breaks, and what to do."""

    line: int
    rule: str
    message: str


@dataclass(slots=True)
class Findings:
    """All problems of one file."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, node: Node, rule: str, message: str) -> None:
        """A problem at the line where a node begins."""
        self.problems.append(Problem(node.start_mark.line + 1, rule, message))


def compose(text: str, findings: Findings) -> Node | None:
    """The root node; None when the text is no YAML, with a problem that says where it stops making sense."""
    if len(text) > CHARACTERS_MAX:
        findings.problems.append(Problem(1, "size", f"is longer than {CHARACTERS_MAX} characters"))
        return None
    if _brackets_open(text) > BRACKETS_MAX:
        findings.problems.append(Problem(1, "yaml", "is nested too deeply"))
        return None
    try:
        root = yaml_files.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "cannot be read"
        findings.problems.append(Problem(mark.line + 1 if mark else 1, "yaml", said))
        return None
    except (YAMLError, RecursionError, ValueError) as error:
        said = "is nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0]
        findings.problems.append(Problem(1, "yaml", said))
        return None
    if root is None:
        findings.problems.append(Problem(1, "yaml", "is empty"))
    return root


def _brackets_open(text: str) -> int:
    """How many brackets are open at once at most, wherever they stand."""
    changes = (1 if c in "[{" else -1 for c in text if c in "[{]}")
    return max(accumulate(changes, lambda depth, change: max(depth + change, 0)), default=0)


@dataclass(frozen=True, slots=True)
class Item:
    """A node with the place it stands at, in words such as `limits[2].value`."""

    node: Node
    place: str
    findings: Findings

    def refuse(self, rule: str, message: str) -> None:
        """A problem of this item."""
        self.findings.add(self.node, rule, f"{self.place}: {message}" if self.place else message)

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> "dict[str, Item]":
        """The fields of a mapping by name. Missing, unknown and doubled ones are problems."""
        if not isinstance(self.node, MappingNode):
            self.refuse("type", "expected fields with names")
            return {}
        found: dict[str, Item] = {}
        for key, value in self.node.value:
            name = key.value if isinstance(key, ScalarNode) else "?"
            if name in found:
                self.findings.add(key, "duplicate_key", f"{self._at(name)}: stands here twice")
            elif name not in required and name not in optional:
                known = ", ".join((*required, *optional))
                self.findings.add(key, "unknown_key", f"{self._at(name)}: is not a field here; known are {known}")
            found.setdefault(name, Item(value, self._at(name), self.findings))
        for name in required:
            if name not in found:
                self.refuse("missing_key", f"{name} is missing")
        return {name: item for name, item in found.items() if name in required or name in optional}

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def entries(self) -> "list[tuple[str, Item]]":
        """The entries of a mapping whose names are free, such as tasks."""
        if not isinstance(self.node, MappingNode):
            self.refuse("type", "expected names with values")
            return []
        found: dict[str, Item] = {}
        for key, value in self.node.value:
            if not isinstance(key, ScalarNode):
                self.findings.add(key, "type", f"{self.place}: a name is text")
            elif key.value in found:
                self.findings.add(key, "duplicate_key", f"{self._at(key.value)}: stands here twice")
            else:
                found[key.value] = Item(value, self._at(key.value), self.findings)
        return list(found.items())

    def items(self) -> "list[Item]":
        """The items of a list."""
        if not isinstance(self.node, SequenceNode):
            self.refuse("type", "expected a list")
            return []
        return [Item(node, f"{self.place}[{n}]", self.findings) for n, node in enumerate(self.node.value, start=1)]

    def text(self) -> str:
        """Text that is not empty; "" and a problem otherwise."""
        if not isinstance(self.node, ScalarNode) or self.node.tag != _TEXT or not self.node.value.strip():
            self.refuse("type", "expected text; put it into quotes when it looks like a number")
            return ""
        return str(self.node.value).strip()

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(item.text() for item in self.items())

    def number(self) -> Decimal | None:
        """A decimal number, exactly as written; None and a problem otherwise."""
        if not isinstance(self.node, ScalarNode) or self.node.tag == _TEXT or not _NUMBER.match(self.node.value):
            self.refuse("type", "expected a decimal number such as 2.5, without quotes")
            return None
        return Decimal(self.node.value)

    def truth(self) -> bool:
        """true or false; False and a problem otherwise."""
        if not isinstance(self.node, ScalarNode) or self.node.value not in ("true", "false"):
            self.refuse("type", "expected true or false")
            return False
        return bool(self.node.value == "true")


def text_of(fields: Mapping[str, Item], name: str) -> str:
    """A field's text; "" where it is absent, which was said before if it is required."""
    return fields[name].text() if name in fields else ""
