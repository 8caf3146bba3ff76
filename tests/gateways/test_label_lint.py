"""The linter: names where only codes belong, and what a class of label must carry."""

from dataclasses import replace

import pytest

from coign.gateways.labels import LabelContent, LabelKind, lint

BAG = LabelContent(
    kind=LabelKind.COLLECTION,
    product_name="Demolucel starting material",
    identifier="U-2026-000123",
    print_serial=1,
    site_zone="Europe/Berlin",
    chain="CHA999919000001",
    lot="DML-26-007",
    storage="2 to 8 °C",
    statements=("FOR AUTOLOGOUS USE ONLY",),
)
NAMES = ("Maria José Silva", "Li Wei", "Jürgen Groß")


def _codes(content: LabelContent, **known: object) -> set[tuple[str, str]]:
    return {(problem.code, problem.field) for problem in lint(content, NAMES, **known)}  # type: ignore[arg-type]


@pytest.mark.requirement("TRC-02")
def test_a_neutral_label_has_no_problem() -> None:
    assert lint(BAG, NAMES) == ()


@pytest.mark.requirement("TRC-02")
@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"identifier": "SILVA-1975"}, "label.name", "identifier"),
        ({"identifier": "msilva01"}, "label.name", "identifier"),
        ({"chain": "CH-JURGEN-01"}, "label.name", "chain"),
        ({"lot": "GROSS.7"}, "label.name", "lot"),
        ({"product_name": "Demolucel for maria"}, "label.name", "product_name"),
        ({"storage": "fridge of Wei"}, "label.name", "storage"),
        ({"statements": ("For José only",)}, "label.name", "statements[0]"),
        ({"identifier": "PETER-PAN"}, "label.name_like", "identifier"),
        ({"lot": "123-45-6789"}, "label.social_security_number", "lot"),
        ({"storage": "MRN 99812"}, "label.record_number", "storage"),
        ({"product_name": "Demolucel DOB 1975"}, "label.birth_date", "product_name"),
        ({"product_name": "Demolucel, Mrs S."}, "label.form_of_address", "product_name"),
    ],
)
def test_a_name_or_number_of_a_person_in_a_neutral_field_is_found(
    change: dict[str, object], code: str, field: str
) -> None:
    assert (code, field) in _codes(replace(BAG, **change))


@pytest.mark.requirement("TRC-02")
def test_two_patient_identifiers_may_stand_where_they_belong() -> None:
    assert lint(replace(BAG, identifiers=("SILVA, Maria José", "12 MAR 1975")), NAMES) == ()


def test_the_linter_does_not_repeat_the_name_it_found() -> None:
    problems = lint(replace(BAG, lot="SILVA-7"), NAMES)
    assert problems
    assert not any("silva" in problem.message.lower() for problem in problems)


@pytest.mark.requirement("TRC-15")
def test_what_the_class_of_label_needs_and_does_not_have_is_named() -> None:
    found = _codes(
        BAG,
        required=("din", "expires_at", "storage"),
        statements=("FOR AUTOLOGOUS USE ONLY", "NOT EVALUATED FOR INFECTIOUS SUBSTANCES"),
    )
    assert found == {
        ("label.field_missing", "din"),
        ("label.field_missing", "expires_at"),
        ("label.statement_missing", "statements"),
    }
