"""YAML, as files of data and of programmes are written in: version 1.2, in which `no` is a word and 010 is ten."""

import re
from typing import Any

import yaml
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode, Node, ScalarNode

_TAG = "tag:yaml.org,2002:"
#: What a plain scalar may be besides text, by the characters it begins with; the core schema of YAML 1.2 and dates.
_PLAIN = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", list("-+.")),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", list("0123456789")),
)


class _Reader(yaml.CSafeLoader):
    """libyaml's parser: every start reads a hundred kilobytes of YAML, which takes a second where Python parses."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - not those of YAML 1.1; the library fills it

    def whole_number(self, node: ScalarNode) -> int:
        """The library would take 010 for eight."""
        base = {"0o": 8, "0x": 16}.get(node.value[:2], 10)
        return int(node.value, base)

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The library would take the last of two."""
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        if len(found) < len(node.value):
            raise ConstructorError(None, None, "a name stands here twice", node.start_mark)
        return found


for _name, _pattern, _first in _PLAIN:
    _Reader.add_implicit_resolver(f"{_TAG}{_name}", re.compile(rf"(?:{_pattern})\Z"), _first)
_Reader.add_constructor(f"{_TAG}int", _Reader.whole_number)


def load(content: bytes) -> Any:
    """The values of a file that comes with this version."""
    return yaml.load(content, Loader=_Reader)  # noqa: S506 - builds plain values only


def compose(text: str) -> Node | None:
    """The nodes with their lines; None: there is nothing in the text."""
    return yaml.compose(text, Loader=_Reader)
