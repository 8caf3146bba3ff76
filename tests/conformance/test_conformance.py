"""`coign conformance`: published data pass, and turning an expectation round is noticed."""

import json
import shutil
from pathlib import Path

import pytest

from coign.conformance import Report, Tally, UnusableError, command, run
from coign.conformance.expectation import ACCEPTED, REFUSED, expected_answer
from coign.conformance.manifest import load_folder

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason="the conformance data are not beside this repository")


@pytest.fixture
def copy(tmp_path):
    """Takes one standard's folder into a place where it may be edited."""

    def take(standard: str) -> Path:
        target = tmp_path / standard
        shutil.copytree(VECTORS / standard, target)
        for path in (target, *target.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        return target

    return take


def small(tmp_path: Path, manifest: str, **files: str) -> Path:
    root = tmp_path / "rfc6962"
    root.mkdir()
    (root / "MANIFEST.csv").write_text(manifest, encoding="utf-8")
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def failures(report: Report) -> list[str]:
    return [each.file for tally in report.standards for each in tally.failures]


@needs_vectors
@pytest.mark.parametrize(("standard", "files"), [("rfc8785", 13), ("rfc6962", 125), ("rfc3161", 8)])
def test_published_cases_pass(standard, files):
    report = run(VECTORS, standard)
    (tally,) = report.standards
    assert report.exit_code == 0
    assert tally.files == files
    assert tally.passed == tally.cases > files - 5
    assert not tally.not_covered


@needs_vectors
def test_logs_and_the_witness_pass():
    report = run(VECTORS / "tlog")
    (tally,) = report.standards
    assert not tally.failures and not tally.not_covered
    assert tally.passed == 44
    assert report.exit_code == 0


@needs_vectors
def test_gs1_passes_and_what_only_an_issuer_can_say_is_named_as_not_covered():
    report = run(VECTORS / "gs1")
    (tally,) = report.standards
    assert not tally.failures
    assert tally.passed > 4000
    assert {each.file for each in tally.not_covered} == {
        "gs1-syntax-dictionary.txt", "lint/gcppos1.json", "lint/gcppos2.json",
    }  # fmt: skip
    assert all("company prefix" in each.why or "coupon" in each.why for each in tally.not_covered)
    assert report.exit_code == 3


@needs_vectors
@pytest.mark.requirement("TRC-08", "TRC-04")
def test_isbt_128_and_the_single_european_code_pass():
    report = run(VECTORS / "isbt128")
    (tally,) = report.standards
    assert (report.exit_code, tally.passed, tally.cases) == (0, 29, 29)


@needs_vectors
def test_three_expectations_turned_round_in_gs1_are_three_failures(copy):
    root = copy("gs1")
    turned = {"valid": "invalid", "invalid": "valid"}
    for file, number in (("digital-link-parse.json", 9), ("lint/csum.json", 0), ("ai-associations.json", 3)):
        held = json.loads((root / file).read_text())
        held["cases"][number]["expect"] = turned[held["cases"][number]["expect"]]
        (root / file).write_text(json.dumps(held))
    assert sorted(failures(run(root))) == ["ai-associations.json", "digital-link-parse.json", "lint/csum.json"]


@needs_vectors
def test_a_line_of_the_table_of_identifiers_that_says_otherwise_is_a_failure(copy):
    root = copy("gs1")
    table = root / "gs1-syntax-dictionary.txt"
    text = table.read_text(encoding="utf-8")
    assert text.count("\n10          ?  X..20 ") == 1
    table.write_text(text.replace("\n10          ?  X..20 ", "\n10          ?  X..21 "), encoding="utf-8")
    assert failures(run(root)) == ["gs1-syntax-dictionary.txt"]


@needs_vectors
def test_three_expectations_turned_round_in_isbt_128_are_three_failures(copy):
    root = copy("isbt128")
    messages, codes, numbers = (
        root / f for f in ("messages.json", "single-european-code.json", "din-check-character.json")
    )
    for file, old, new in (
        (messages, '"2019-01-31"', '"2019-01-30"'),
        (codes, '"split": "003"', '"split": "004"'),
        (numbers, '"k": "H"', '"k": "I"'),
    ):
        file.write_text(file.read_text().replace(old, new, 1))
    assert sorted(failures(run(root))) == sorted(file.name for file in (messages, codes, numbers))


@needs_vectors
def test_every_folder_is_answered_for_and_no_row_is_lost():
    report = run(VECTORS)
    folders = {path.parent.name for path in VECTORS.glob("*/MANIFEST.csv")}
    assert {tally.standard for tally in report.standards} == folders
    for tally in report.standards:
        assert tally.cases or len(tally.not_covered) == tally.files


@needs_vectors
def test_three_expectations_turned_round_in_the_files_are_three_failures(copy):
    root = copy("rfc6962")
    chosen = ["inclusion/1/happy-path.json", "consistency/1/happy-path.json", "inclusion/2/wrong-leaf.json"]
    for file in chosen:
        case = json.loads((root / file).read_text())
        (root / file).write_text(json.dumps(case | {"wantErr": not case["wantErr"]}))
    report = run(root)
    assert sorted(failures(report)) == sorted(chosen)
    assert report.exit_code == 1


@needs_vectors
def test_three_expectations_turned_round_in_the_manifest_are_three_failures(copy):
    root = copy("rfc6962")
    manifest = (root / "MANIFEST.csv").read_text(encoding="utf-8")
    manifest = manifest.replace("proof verifies", "proof must be rejected", 2)
    manifest = manifest.replace("empty-root.json,proof must be rejected", "empty-root.json,proof verifies", 1)
    (root / "MANIFEST.csv").write_text(manifest, encoding="utf-8")
    assert len(failures(run(root))) == 3


@needs_vectors
def test_three_expectations_turned_round_in_canonical_json_are_three_failures(copy):
    root = copy("rfc8785")
    numbers = root / "numbers" / "es6-1-1000.txt"
    numbers.write_text(numbers.read_text().replace("1,5e-324", "1,4e-324", 1))
    output = root / "output" / "values.json"
    output.write_bytes(output.read_bytes() + b"\n")
    outhex = root / "outhex" / "arrays.txt"
    outhex.write_text(outhex.read_text().replace("5b", "5B 20", 1))
    report = run(root)
    assert sorted(failures(report)) == ["numbers/es6-1-1000.txt", "outhex/arrays.txt", "output/values.json"]
    assert len(report.standards[0].changed) == 3


@needs_vectors
def test_three_expectations_turned_round_in_logs_are_three_failures(copy):
    root = copy("tlog")
    note = root / "notes" / "c2sp-example.json"
    note.write_text(note.read_text(encoding="utf-8").replace('"verifies"', '"must not verify"'), encoding="utf-8")
    tile = root / "tiles" / "tile" / "0" / "000.p" / "5"
    tile.write_bytes(tile.read_bytes()[:-1] + b"\x00")
    manifest = (root / "MANIFEST.csv").read_text(encoding="utf-8")
    turned = manifest.replace("checkpoint verifies under the vkey", "checkpoint must be rejected", 1)
    (root / "MANIFEST.csv").write_text(turned, encoding="utf-8")
    assert sorted(failures(run(root))) == ["notes/c2sp-example.json", "tiles/checkpoint.0", "tiles/tile/0/000.p/5"]


@needs_vectors
def test_a_file_that_is_gone_is_a_failed_case(copy):
    root = copy("rfc6962")
    (root / "hasher.json").unlink()
    assert failures(run(root)) == ["hasher.json"]


@needs_vectors
def test_names_of_files_decide_nothing(copy):
    root = copy("rfc6962")
    manifest = (root / "MANIFEST.csv").read_text(encoding="utf-8")
    for number, path in enumerate(sorted((root / "inclusion").rglob("*.json"))):
        old = path.relative_to(root).as_posix()
        path.rename(path.with_name(f"{number}.json"))
        manifest = manifest.replace(f"{old},", f"{path.with_name(f'{number}.json').relative_to(root).as_posix()},", 1)
    (root / "MANIFEST.csv").write_text(manifest, encoding="utf-8")
    report = run(root)
    assert report.exit_code == 0
    assert report.standards[0].cases == 128


def test_rows_nobody_claims_and_unreadable_cases_are_told(tmp_path):
    root = small(
        tmp_path,
        "file,expect\nextra/new.json,something new\ninclusion/a.json,proof verifies\n",
        extra__new="{}",
        inclusion__a="{",
    )
    (root / "inclusion" / "a").rename(root / "inclusion" / "a.json")
    report = run(root)
    assert failures(report) == ["inclusion/a.json"]
    assert [each.file for each in report.standards[0].not_covered] == ["extra/new.json"]
    assert report.exit_code == 1


def test_a_standard_without_a_runner_is_not_covered_row_by_row(tmp_path):
    root = tmp_path / "semaphore"
    root.mkdir()
    (root / "MANIFEST.csv").write_text("file,expect\na,x\nb,y\n", encoding="utf-8")
    report = run(tmp_path)
    assert [each.file for each in report.standards[0].not_covered] == ["a", "b"]
    assert report.exit_code == 3


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ("file,expect\n", "lists no file"),
        ("file,licence\na,b\n", "lacks the column expect"),
        ("file,expect\n,x\n", "line 2"),
        ("file,expect\na\n", "line 2"),
        ("file,expect\na,x\n../b,x\n", "line 3"),
        ("file,expect\na,x\na,x\n", "lists a twice"),
        ("", "lacks the column"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_named_with_its_line(tmp_path, manifest, said):
    with pytest.raises(UnusableError, match=said):
        run(small(tmp_path, manifest))


def test_an_empty_directory_an_unknown_standard_and_no_directory_are_unusable(tmp_path):
    with pytest.raises(UnusableError, match=r"holds no MANIFEST\.csv"):
        run(tmp_path)
    root = small(tmp_path, "file,expect\na,x\n")
    with pytest.raises(UnusableError, match="has no folder tlog; it has rfc6962"):
        run(tmp_path, "tlog")
    with pytest.raises(UnusableError, match="folder of rfc6962, not of tlog"):
        run(root, "tlog")
    with pytest.raises(UnusableError, match="not a folder"):
        run(tmp_path / "nowhere")


def test_the_command_prints_one_object_and_answers_with_its_exit_code(tmp_path, capsys):
    assert command(str(tmp_path / "nowhere"), None, as_json=True) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["ok"] is False
    assert "nowhere is not a folder" in err

    small(tmp_path, "file,expect\nextra.json,something new\n")
    assert command(str(tmp_path), "rfc6962", as_json=True) == 3
    out, err = capsys.readouterr()
    assert json.loads(out) == {
        "ok": False,
        "standards": [
            {
                "standard": "rfc6962",
                "files": 1,
                "cases": 0,
                "passed": 0,
                "failed": 0,
                "optional": 0,
                "not_covered": [
                    {
                        "file": "extra.json",
                        "why": "no runner claims a row of this folder with this expectation (something new)",
                    }
                ],
                "failures": [],
            }
        ],
    }
    assert "rfc6962: 0 of 0 cases passed, 1 not covered" in err

    assert command(str(tmp_path), None, as_json=False) == 3
    out, _ = capsys.readouterr()
    assert out.rstrip().endswith("the run is incomplete: not every row is covered.")


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (("proof verifies", ACCEPTED), ACCEPTED),
        (("proof must be rejected", REFUSED), REFUSED),
        (("must not verify",), REFUSED),
        (("a; lines of unknown keys are ignored; the line verifies",), ACCEPTED),
        (("see each case", "verifies"), ACCEPTED),
        (("see each case", None), None),
    ],
)
def test_expectations_are_read_from_their_words(statements, expected):
    assert expected_answer(*statements) == expected


def test_a_contradiction_between_manifest_and_file_equals_no_answer():
    assert expected_answer("proof verifies", REFUSED) not in (ACCEPTED, REFUSED, None)


def test_an_optional_case_counts_as_a_case_and_neither_passes_nor_fails(tmp_path):
    folder = load_folder(small(tmp_path, "file,expect\na,informative\n"))
    tally = Tally("some", files=1)
    tally.decided(folder.rows[0])
    tally.close(folder)
    assert (tally.cases, tally.optional, tally.passed) == (1, 1, 0)
    assert Report((tally,)).exit_code == 0
