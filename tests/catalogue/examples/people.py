"""Organisations, people, roles and authenticators."""

from tests.catalogue.stage import NOW, SEALED, accepted, actor, given, lone_refusal

from coign.kernel.subjects import Organisation, Person, Site
from coign.kernel.values import Digest, FreeText, Identifying
from coign.people.events import (
    AdministratorProposed,
    AuthenticatorEnrolled,
    AuthenticatorProposed,
    OrganisationRegistered,
    PersonRegistered,
    ResetProposed,
    RoleGranted,
    SiteRegistered,
)

ADMIN = actor("admin-1", "admin", "hospital")
NINA, HOSPITAL = Person("person:nina"), Organisation("organisation:hospital")
ORGANISATION = OrganisationRegistered(organisation=HOSPITAL, name="Hospital", category="treatment_centre", country="DE")
SITE = SiteRegistered(
    site=Site("site:clinic"), organisation=HOSPITAL, name="Clinic", zone="Europe/Berlin", country="DE"
)
REGISTERED = PersonRegistered(person=NINA, organisation=HOSPITAL, name=Identifying(commitment=SEALED))
EVIDENCE = "ab" * 32


def granted(role: str) -> RoleGranted:
    return RoleGranted(person=NINA, role=role, organisation=HOSPITAL)  # type: ignore[arg-type]


def proposed(person: Person = NINA, by: str = "admin-2") -> AuthenticatorProposed:
    return AuthenticatorProposed(
        person=person, proposed_by=Person.of(by), credential="key-1", method="ed25519", public_key="00",
        evidence=Digest(EVIDENCE),
    )  # fmt: skip


organisation = {
    "organisation": "organisation:hospital",
    "name": "Hospital",
    "category": "treatment_centre",
    "country": "DE",
}
accepted("people.register_organisation", actor=ADMIN, command=organisation)
lone_refusal(
    "people.register_organisation",
    "people.organisation_is_new",
    actor=ADMIN,
    given=[ORGANISATION],
    command=organisation,
)

site = {
    "site": "site:clinic",
    "organisation": "organisation:hospital",
    "name": "Clinic",
    "zone": "Europe/Berlin",
    "country": "DE",
}
accepted("people.register_site", actor=ADMIN, given=[ORGANISATION], command=site)
lone_refusal("people.register_site", "people.site_is_new", actor=ADMIN, given=[ORGANISATION, SITE], command=site)
lone_refusal("people.register_site", "people.organisation_is_registered", actor=ADMIN, command=site)
for zone in ("Europe/Nordhaven", "../passwd"):
    elsewhere = {**site, "zone": zone}
    lone_refusal("people.register_site", "people.zone_is_known", actor=ADMIN, given=[ORGANISATION], command=elsewhere)

person = {"person": "person:nina", "organisation": "organisation:hospital", "name": "Nina Petersen"}
accepted("people.register_person", actor=ADMIN, given=[ORGANISATION], command=person)
lone_refusal(
    "people.register_person", "people.identifier_is_new", actor=ADMIN, given=[ORGANISATION, REGISTERED], command=person
)
lone_refusal("people.register_person", "people.organisation_is_registered", actor=ADMIN, command=person)

ABROAD = actor("admin-9", "admin", "maker")
OURS = given(ORGANISATION, by=ADMIN)
for action, command, facts in (
    ("people.register_site", site, [OURS]),
    ("people.register_person", person, [OURS]),
):
    lone_refusal(action, "people.is_for_own_organisation", actor=ABROAD, given=facts, command=command)
    accepted(action, actor=ABROAD, given=[ORGANISATION], command=command)

nina = {"person": "person:nina"}
accepted("people.record_leaving", actor=ADMIN, given=[REGISTERED], command=nina)
lone_refusal("people.record_leaving", "people.person_is_active", actor=ADMIN, command=nina)
lone_refusal("people.record_leaving", "people.is_of_own_organisation", actor=ABROAD, given=[REGISTERED], command=nina)
lone_refusal("people.record_leaving", "people.not_oneself", actor=ADMIN, command={"person": "person:admin-1"})

operator = {"person": "person:nina", "role": "operator", "organisation": "organisation:hospital"}
accepted("people.grant_role", actor=ADMIN, given=[ORGANISATION, REGISTERED], command=operator)
lone_refusal("people.grant_role", "people.person_is_active", actor=ADMIN, given=[ORGANISATION], command=operator)
lone_refusal(
    "people.grant_role", "people.organisation_is_registered", actor=ADMIN, given=[REGISTERED], command=operator
)
setup = actor("setup", "setup", "setup")
lone_refusal(
    "people.grant_role",
    "people.not_oneself",
    actor=setup,
    given=[ORGANISATION, PersonRegistered(person=setup.person, organisation=HOSPITAL, name=REGISTERED.name)],
    command=operator | {"person": str(setup.person)},
)
lone_refusal(
    "people.grant_role",
    "people.administrators_take_two",
    actor=ADMIN,
    given=[ORGANISATION, REGISTERED],
    command=operator | {"role": "admin"},
)
lone_refusal(
    "people.grant_role",
    "people.roles_are_separate",
    actor=ADMIN,
    given=[ORGANISATION, REGISTERED, granted("qa")],
    command=operator,
)

inspector = operator | {"role": "inspector", "until": NOW.plus(days=20)}
accepted("people.grant_role", actor=ADMIN, given=[ORGANISATION, REGISTERED], command=inspector)
for no_end in (None, NOW.plus(days=400)):
    lone_refusal(
        "people.grant_role",
        "people.inspectors_access_ends",
        actor=ADMIN,
        given=[ORGANISATION, REGISTERED],
        command=inspector | {"until": no_end},
    )
lone_refusal(
    "people.grant_role",
    "people.is_for_own_organisation",
    actor=ABROAD,
    given=[OURS, REGISTERED],
    command=operator,
)

lone_refusal(
    "people.revoke_role",
    "people.is_for_own_organisation",
    actor=ABROAD,
    given=[OURS, REGISTERED, granted("operator")],
    command=operator,
)
accepted("people.revoke_role", actor=ADMIN, given=[REGISTERED, granted("operator")], command=operator)
lone_refusal("people.revoke_role", "people.role_is_held", actor=ADMIN, given=[REGISTERED], command=operator)
elsewhere = RoleGranted(person=NINA, role="operator", organisation=Organisation("organisation:maker"))
lone_refusal("people.revoke_role", "people.role_is_held", actor=ADMIN, given=[REGISTERED, elsewhere], command=operator)

key = {"person": "person:nina", "credential": "key-1", "method": "ed25519", "public_key": "00", "evidence": EVIDENCE}
own_key = key | {"person": "person:admin-1"}
accepted("people.propose_authenticator", actor=ADMIN, given=[REGISTERED], command=key)
lone_refusal("people.propose_authenticator", "people.person_is_active", actor=ADMIN, command=key)
lone_refusal("people.propose_authenticator", "people.not_oneself", actor=ADMIN, command=own_key)

confirm = {"person": "person:nina", "credential": "key-1"}
accepted("people.confirm_authenticator", actor=ADMIN, given=[REGISTERED, proposed()], command=confirm)
lone_refusal(
    "people.confirm_authenticator", "people.authenticator_is_proposed", actor=ADMIN, given=[REGISTERED], command=confirm
)
lone_refusal(
    "people.confirm_authenticator",
    "people.enrolled_by_another",
    actor=ADMIN,
    given=[REGISTERED, proposed(by="admin-1")],
    command=confirm,
)
lone_refusal(
    "people.confirm_authenticator",
    "people.not_oneself",
    actor=ADMIN,
    given=[proposed(ADMIN.person)],
    command=confirm | {"person": "person:admin-1"},
)

lone_refusal(
    "people.propose_authenticator", "people.is_of_own_organisation", actor=ABROAD, given=[REGISTERED], command=key
)
lone_refusal(
    "people.confirm_authenticator",
    "people.is_of_own_organisation",
    actor=ABROAD,
    given=[REGISTERED, proposed()],
    command=confirm,
)

enrolled = AuthenticatorEnrolled(person=NINA, credential="key-1", method="ed25519", public_key="00")
accepted("people.revoke_authenticator", actor=ADMIN, given=[REGISTERED, enrolled], command=confirm)
lone_refusal(
    "people.revoke_authenticator", "people.authenticator_is_enrolled", actor=ADMIN, given=[REGISTERED], command=confirm
)

lone_refusal(
    "people.revoke_authenticator",
    "people.is_of_own_organisation",
    actor=ABROAD,
    given=[REGISTERED, enrolled],
    command=confirm,
)
tested = confirm | {"passed": True, "evidence": EVIDENCE}
accepted("people.test_authenticator", actor=ADMIN, given=[REGISTERED, enrolled], command=tested)
lone_refusal(
    "people.test_authenticator", "people.authenticator_is_enrolled", actor=ADMIN, given=[REGISTERED], command=tested
)
lone_refusal(
    "people.test_authenticator",
    "people.not_oneself",
    actor=ADMIN,
    given=[AuthenticatorEnrolled(person=ADMIN.person, credential="key-1", method="ed25519", public_key="00")],
    command=tested | {"person": "person:admin-1"},
)

lone_refusal(
    "people.test_authenticator",
    "people.is_of_own_organisation",
    actor=ABROAD,
    given=[REGISTERED, enrolled],
    command=tested,
)

STRANGER = PersonRegistered(person=NINA, organisation=Organisation("organisation:maker"), name=REGISTERED.name)
MYSELF = {"person": "person:admin-1"}
WHY = FreeText(commitment=SEALED)


def reset_waiting(person: Person = NINA, by: str = "admin-2") -> ResetProposed:
    return ResetProposed(person=person, proposed_by=Person.of(by), why=WHY)


def administrator_waiting(person: Person = NINA, by: str = "admin-2") -> AdministratorProposed:
    return AdministratorProposed(person=person, organisation=HOSPITAL, proposed_by=Person.of(by))


reset = nina | {"why": "the telephone was stolen"}
accepted("people.propose_reset", actor=ADMIN, given=[REGISTERED], command=reset)
lone_refusal("people.propose_reset", "people.person_is_active", actor=ADMIN, command=reset)
lone_refusal("people.propose_reset", "people.not_oneself", actor=ADMIN, command=reset | MYSELF)
lone_refusal("people.propose_reset", "people.is_of_own_organisation", actor=ADMIN, given=[STRANGER], command=reset)

accepted("people.agree_to_reset", actor=ADMIN, given=[REGISTERED, reset_waiting()], command=nina)
for gate, facts, who in (
    ("reset_is_proposed", [REGISTERED], nina),
    ("reset_is_fresh", [REGISTERED, given(reset_waiting(), minutes_ago=24 * 60 + 1)], nina),
    ("reset_by_another", [REGISTERED, reset_waiting(by="admin-1")], nina),
    ("is_of_own_organisation", [STRANGER, reset_waiting()], nina),
    ("not_oneself", [reset_waiting(ADMIN.person)], MYSELF),
):
    lone_refusal("people.agree_to_reset", f"people.{gate}", actor=ADMIN, given=facts, command=who)

accepted("people.propose_administrator", actor=ADMIN, given=[REGISTERED], command=nina)
lone_refusal("people.propose_administrator", "people.person_is_active", actor=ADMIN, command=nina)
lone_refusal("people.propose_administrator", "people.not_oneself", actor=ADMIN, command=MYSELF)
lone_refusal(
    "people.propose_administrator", "people.is_of_own_organisation", actor=ADMIN, given=[STRANGER], command=nina
)
lone_refusal(
    "people.propose_administrator",
    "people.roles_are_separate",
    actor=ADMIN,
    given=[REGISTERED, granted("nurse")],
    command=nina,
)

accepted("people.agree_to_administrator", actor=ADMIN, given=[REGISTERED, administrator_waiting()], command=nina)
for gate, facts, who in (
    ("administrator_is_proposed", [REGISTERED], nina),
    ("administrator_is_fresh", [REGISTERED, given(administrator_waiting(), minutes_ago=24 * 60 + 1)], nina),
    ("administrator_by_another", [REGISTERED, administrator_waiting(by="admin-1")], nina),
    ("not_oneself", [administrator_waiting(ADMIN.person)], MYSELF),
    ("is_of_own_organisation", [STRANGER, administrator_waiting()], nina),
    ("roles_are_separate", [REGISTERED, granted("nurse"), administrator_waiting()], nina),
):
    lone_refusal("people.agree_to_administrator", f"people.{gate}", actor=ADMIN, given=facts, command=who)

for review in ("people.confirm_access", "people.end_access"):
    accepted(review, actor=ADMIN, given=[REGISTERED, granted("nurse")], command=nina)
    lone_refusal(review, "people.has_access_here", actor=ADMIN, given=[REGISTERED], command=nina)
    lone_refusal(review, "people.not_oneself", actor=ADMIN, command=MYSELF)

INSPECTION = {
    "person": "person:nina",
    "organisation": "organisation:hospital",
    "until": NOW.plus(days=20),
    "sites": ["site:clinic"],
}
inspected = {"actor": ADMIN}
accepted("people.open_inspection", **inspected, given=[ORGANISATION, SITE, REGISTERED], command=INSPECTION)
for name, lone in {
    "people.person_is_active": {"given": [ORGANISATION, SITE]},
    "people.organisation_is_registered": {"given": [SITE, REGISTERED]},
    "people.roles_are_separate": {"given": [ORGANISATION, SITE, REGISTERED, granted("admin")]},
    "people.inspectors_access_ends": {"command": INSPECTION | {"until": NOW.plus(days=400)}},
    "people.scope_is_given": {"command": INSPECTION | {"sites": []}},
    "people.scope_is_known": {"command": INSPECTION | {"products": ["product:other"]}},
    "people.is_for_own_organisation": {"actor": ABROAD, "given": [OURS, SITE, REGISTERED]},
}.items():
    usual = inspected | {"given": [ORGANISATION, SITE, REGISTERED], "command": INSPECTION}
    lone_refusal("people.open_inspection", name, **(usual | lone))
