"""How plain words in YAML are read: as version 1.2 has it, and never one of two."""

from pathlib import Path

import pytest
import yaml

import coign
from coign import yaml_files


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("~", None),
        ("", None),
        ("010", 10),
        ("-7", -7),
        ("0o17", 15),
        ("0x1F", 31),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ('"12"', "12"),
    ],
)
def test_a_plain_word_is_what_version_1_2_takes_it_for(written: str, meant: object) -> None:
    found = yaml_files.load(f"word: {written}\n".encode())["word"]
    assert (found, type(found)) == (meant, type(meant))


def test_a_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(yaml.MarkedYAMLError, match="stands here twice"):
        yaml_files.load(b"one: 1\ntwo: 2\none: 3\n")


def test_text_nested_without_end_is_refused_and_not_followed() -> None:
    for nested in ("- " * 50_000, "? " * 50_000, "[" * 50_000):
        with pytest.raises(yaml.MarkedYAMLError, match="nesting depth"):
            yaml_files.compose(nested)


def test_every_file_that_comes_with_this_version_can_be_read() -> None:
    found = sorted(Path(coign.__file__).parent.rglob("*.yaml"))
    assert len(found) > 20
    assert all(yaml_files.load(file.read_bytes()) for file in found)
