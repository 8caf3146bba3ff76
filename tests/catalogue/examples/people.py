"""Organisations, people, roles and authenticators."""

from tests.catalogue.stage import SEALED, accepted, actor, lone_refusal

from coign.kernel.subjects import Organisation, Person, Site
from coign.kernel.values import Digest, Identifying
from coign.people.events import (
    AuthenticatorEnrolled,
    AuthenticatorProposed,
    OrganisationRegistered,
    PersonRegistered,
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

person = {"person": "person:nina", "organisation": "organisation:hospital", "name": "Nina Petersen"}
accepted("people.register_person", actor=ADMIN, given=[ORGANISATION], command=person)
lone_refusal(
    "people.register_person", "people.identifier_is_new", actor=ADMIN, given=[ORGANISATION, REGISTERED], command=person
)
lone_refusal("people.register_person", "people.organisation_is_registered", actor=ADMIN, command=person)

nina = {"person": "person:nina"}
accepted("people.record_leaving", actor=ADMIN, given=[REGISTERED], command=nina)
lone_refusal("people.record_leaving", "people.person_is_active", actor=ADMIN, command=nina)
lone_refusal("people.record_leaving", "people.not_oneself", actor=ADMIN, command={"person": "person:admin-1"})

operator = {"person": "person:nina", "role": "operator", "organisation": "organisation:hospital"}
accepted("people.grant_role", actor=ADMIN, given=[ORGANISATION, REGISTERED], command=operator)
lone_refusal("people.grant_role", "people.person_is_active", actor=ADMIN, given=[ORGANISATION], command=operator)
lone_refusal(
    "people.grant_role", "people.organisation_is_registered", actor=ADMIN, given=[REGISTERED], command=operator
)
lone_refusal(
    "people.grant_role",
    "people.not_oneself",
    actor=ADMIN,
    given=[ORGANISATION],
    command={"person": "person:admin-1", "role": "admin", "organisation": "organisation:hospital"},
)
lone_refusal(
    "people.grant_role",
    "people.roles_are_separate",
    actor=ADMIN,
    given=[ORGANISATION, REGISTERED, granted("qa")],
    command=operator,
)

accepted("people.revoke_role", actor=ADMIN, given=[REGISTERED, granted("operator")], command=operator)
lone_refusal("people.revoke_role", "people.role_is_held", actor=ADMIN, given=[REGISTERED], command=operator)

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

enrolled = AuthenticatorEnrolled(person=NINA, credential="key-1", method="ed25519", public_key="00")
accepted("people.revoke_authenticator", actor=ADMIN, given=[REGISTERED, enrolled], command=confirm)
lone_refusal(
    "people.revoke_authenticator", "people.authenticator_is_enrolled", actor=ADMIN, given=[REGISTERED], command=confirm
)
