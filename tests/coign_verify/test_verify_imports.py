"""The verifier stands alone."""

import ast
import sys
from pathlib import Path

import pytest

import coign_verify

FILES = sorted(Path(coign_verify.__file__).parent.rglob("*.py"))
ALLOWED = {*sys.stdlib_module_names, "cryptography", "coign_verify"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_verifier_imports_only_the_standard_library_and_cryptography(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module
            imported.add(node.module.split(".")[0])
    assert imported <= ALLOWED


def test_the_verifier_has_files_to_look_at():
    assert len(FILES) > 5
