"""The build of the front end: what it needs, what it says when it fails, and that a broken run breaks nothing."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "setup" / "frontend.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("front_end_build", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_what_is_up_to_date_is_left_alone(tool: ModuleType, tmp_path: Path) -> None:
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    (vendor / "stamp.txt").write_text(tool.fingerprint() + "\n", "ascii")
    (vendor / "mine").write_text("untouched")
    assert tool.build(vendor) is False
    assert (vendor / "mine").read_text() == "untouched"


def test_what_tests_use_is_told_apart_from_what_pages_use(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / tool.STAMP).write_text("another lock")
    assert not tool.is_stamped(tmp_path / tool.STAMP, tool.fingerprint())
    assert not tool.is_stamped(tmp_path / "nothing", tool.fingerprint())
    assert tool.VENDOR not in tool.CHECKS.parents


def test_the_new_folder_replaces_the_old_one_as_a_whole(tool: ModuleType, tmp_path: Path) -> None:
    vendor, aside = tmp_path / "vendor", tmp_path / "vendor.new"
    vendor.mkdir()
    (vendor / "old").write_text("old")
    aside.mkdir()
    (aside / "new").write_text("new")
    tool.put_in_place(aside, vendor)
    assert [path.name for path in tmp_path.rglob("*")] == ["vendor", "new"]


def test_a_file_that_a_package_no_longer_holds_is_named(tool: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(tool.BuildFailure, match=r"no longer holds gone\.css"):
        tool.copy(tmp_path / "gone.css", tmp_path / "there.css")


USED = frozenset({"btn", "is-open", "data-look"})


@pytest.mark.parametrize(
    ("sheet", "kept"),
    [
        ("/*! MIT */a{color:red}.btn{x:y}", "/*! MIT */a{color:red}.btn{x:y}"),
        (".modal{x:y}.btn .modal-body{x:y}.btn.is-open{x:y}", ".btn.is-open{x:y}"),
        (".modal,.btn{x:y}", ".modal,.btn{x:y}"),
        (".btn:not(.modal):hover{x:y}:where(.dark) a{x:y}", ".btn:not(.modal):hover{x:y}:where(.dark) a{x:y}"),
        ("@media (width>1px){.modal{x:y}.btn{x:y}}@media print{.modal{x:y}}", "@media (width>1px){.btn{x:y}}"),
        ("@keyframes spin{from{x:y}to{x:y}}.modal{x:y}", "@keyframes spin{from{x:y}to{x:y}}"),
        ('@layer a,b;.btn::after{content:"}.modal{"}', '@layer a,b;.btn::after{content:"}.modal{"}'),
        (".col-1\\/2{x:y}.btn{x:y}", ".btn{x:y}"),
        (".modal:is(a,:not(b:not(:has(i,u)))) a{x:y}.btn:is(.modal a,b){x:y}", ".btn:is(.modal a,b){x:y}"),
        ("[data-modal] a{x:y}[data-look=big] a{x:y}a[href]{x:y}", "[data-look=big] a{x:y}a[href]{x:y}"),
    ],
)
def test_of_a_style_sheet_stay_the_rules_that_can_hold(tool: ModuleType, sheet: str, kept: str) -> None:
    assert tool.slimmed(sheet, USED) == kept


def test_the_sheet_that_pages_load_holds_the_classes_they_use_and_no_others(tool: ModuleType) -> None:
    sheet = (tool.VENDOR / "tabler" / "tabler.css").read_text(encoding="utf-8")
    assert all(
        f".{name}" in sheet or f"[{name}" in sheet for name in tool.TABLER_NAMES.read_text(encoding="ascii").split()
    )
    assert "Licensed under MIT" in sheet
    assert ".modal-dialog" not in sheet


def test_an_icon_that_does_not_exist_is_named(tool: ModuleType) -> None:
    with pytest.raises(tool.BuildFailure, match="'no-such-icon'"):
        tool.sprite(iter(["no-such-icon"]))


def test_the_wheel_brings_node_and_npm(tool: ModuleType) -> None:
    node, npm = tool.node_and_npm()
    assert node.is_file()
    assert npm.name == "npm-cli.js"
