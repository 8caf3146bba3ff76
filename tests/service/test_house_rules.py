"""What rule sets ask of a house stands by its hash in every entry, and is kept for those who verify it later."""

from pathlib import Path

import pytest
from tests.support.databases import another

from coign import rulesets
from coign.database import Database
from coign.documents import Documents
from coign.kernel.values import Digest
from coign.ledger.store import connect
from coign.rulesets import Rule, RuleSets
from coign.service import Service, Settings, prepare
from coign.service.house_rules import HouseRules, keep
from coign_verify.invariants import House, decided_by
from coign_verify.jcs import canonical, loads_strict

NOW = rulesets.load()
WINDOW, COUNT = "storage.removal_window", "quality.retests_max"


def rule(name: str, value: str, since: str = "2020-01-01", *, unit: str = "", jurisdiction: str = "") -> Rule:
    return Rule(name, value, unit, since, jurisdiction, "a test")


def test_durations_are_told_in_seconds_and_everything_with_the_days_from_which_it_holds() -> None:
    rules = RuleSets(
        [
            rule(WINDOW, "0.5", "2026-01-01", unit="h"),
            rule(WINDOW, "15", unit="min"),
            rule(WINDOW, "1", unit="d", jurisdiction="US"),
            rule(COUNT, "2"),
            rule("release.named_by", "the maker"),
            rule("storage.temperature_max", "-150", unit="Cel"),
            rule("jurisdiction.of_country.DE", "EU"),
        ],
        "",
    )
    assert rules.terms == {
        "durations_s": {WINDOW: [["2020-01-01", "900"], ["2026-01-01", "1800.0"]]},
        "counts": {COUNT: [["2020-01-01", "2"]]},
        "jurisdictions": {"DE": "EU"},
    }
    read = House.read(rules.terms)
    assert read.numbers == {WINDOW: [("2020-01-01", 15), ("2026-01-01", 30)], COUNT: [("2020-01-01", 2)]}
    assert RuleSets([rule(COUNT, "3")], "").terms_digest != RuleSets([rule(COUNT, "2")], "").terms_digest


@pytest.mark.requirement("CSV-01")
def test_every_entry_names_what_held_and_a_start_keeps_it(database: Database, tmp_path: Path) -> None:
    with another(database) as own:
        prepare(own)
        with Service.on(own, Settings(home=tmp_path), background=False) as service:
            with connect(own.reader_dsn) as connection:
                bodies = [bytes(row[0]) for row in connection.execute("select body from entry").fetchall()]
            assert bodies and {decided_by(loads_strict(body)) for body in bodies} == {NOW.terms_digest}
            assert service.documents.get(Digest(NOW.terms_digest)) == canonical(NOW.terms)


def test_what_held_before_is_found_and_what_is_something_else_is_not(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    keep(documents)
    before = RuleSets([rule(COUNT, "7")], "").terms
    older, strange = documents.put(canonical(before)), documents.put(b"the curve of a logger")
    shaped = documents.put(b'{"counts":{"a":[["2020-01-01","many"]]},"durations_s":{},"jurisdictions":{}}')
    here = HouseRules(documents)
    assert here[older].numbers == {COUNT: [("2020-01-01", 7)]} and here.document(older) == before
    assert here[NOW.terms_digest] == House.read(NOW.terms)
    for digest in (strange, shaped, "f" * 64, "nonsense", ""):
        assert digest not in here and here.document(digest) is None
    assert sorted(here) == sorted([older, NOW.terms_digest])


def test_what_was_changed_on_disk_is_not_what_held(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    older = documents.put(canonical(RuleSets([rule(COUNT, "7")], "").terms))
    (tmp_path / older[:2] / older[2:]).write_bytes(canonical(RuleSets([rule(COUNT, "9")], "").terms))
    assert older not in HouseRules(documents)
