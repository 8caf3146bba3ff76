"""The form of the set-up page; its messages say what to do."""

import re
import zoneinfo
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from coign.kernel.subjects import Organisation, Site
from coign.people.events import OrganisationKind
from coign.web import acting
from coign.web.setting_up import people_file
from coign.web.setting_up.plan import Administrator, Member, Plan

_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_SHORT_NAME_HINT = _("letters, digits, . _ -, at most 64; it stands in every record and is never changed")


@cache  # looking through the machine's files for them takes 70 ms
def _zones() -> list[tuple[str, str]]:
    """Zones that are named after a place, and UTC."""
    places = (z for z in zoneinfo.available_timezones() if "/" in z and not z.startswith(("Etc/", "SystemV/", "US/")))
    return [("", "—"), ("UTC", "UTC"), *((z, z.replace("_", " ")) for z in sorted(places))]


def _text(label: Any, hint: Any = "", **more: Any) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=people_file.NAME_LENGTH_MAX, **more)


def _password() -> forms.CharField:
    return forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1024,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=" ".join(password_validators_help_texts()),
    )


def _sign_in() -> forms.CharField:
    return _text(_("Sign-in name"), people_file.SIGN_IN_HINT, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class SetUpForm(forms.Form):
    """Organisation, site, two administrators, and if wished everybody else."""

    organisation = _text(_("Short name"), _SHORT_NAME_HINT)
    organisation_name = _text(_("Full name"))
    category = forms.ChoiceField(
        label=_("Takes part as"), choices=[("", "—"), *((k, k.replace("_", " ")) for k in get_args(OrganisationKind))]
    )
    country = _text(_("Country"), _("two letters, such as DE"))
    site = _text(_("Short name"), _SHORT_NAME_HINT)
    site_name = _text(_("Full name"))
    zone = forms.ChoiceField(
        label=_("Time zone"), choices=_zones, help_text=_("Times on labels and pages of this site are printed in it.")
    )
    site_country = _text(_("Country"), _("two letters, such as DE"))
    sign_in_1, name_1, password_1 = _sign_in(), _text(_("Name as printed")), _password()
    sign_in_2, name_2, password_2 = _sign_in(), _text(_("Name as printed")), _password()
    people = forms.FileField(
        label=_("File of people"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=_("CSV in UTF-8, one role of one person a line. First line: %s.") % people_file.HEADER,
    )

    members: tuple[Member, ...] = ()

    def groups(self) -> Iterator[tuple[Any, list[BoundField]]]:
        """Headings with their fields, in the order of the page."""
        for title, names in (
            (_("Organisation"), "organisation organisation_name category country"),
            (_("First site"), "site site_name zone site_country"),
            (_("First administrator"), "sign_in_1 name_1 password_1"),
            (_("Second administrator"), "sign_in_2 name_2 password_2"),
            (_("Everybody else"), "people"),
        ):
            yield title, [self[name] for name in names.split()]

    def plan(self) -> Plan:
        """What is to be entered; only of a form that is valid."""
        given = self.cleaned_data
        one, other = (Administrator(given[f"sign_in_{n}"], given[f"name_{n}"], given[f"password_{n}"]) for n in "12")
        return Plan(
            Organisation.of(given["organisation"]),
            given["organisation_name"],
            given["category"],
            given["country"],
            Site.of(given["site"]),
            given["site_name"],
            given["zone"],
            given["site_country"],
            (one, other),
            self.members,
        )

    def clean(self) -> dict[str, Any]:
        """Each value, then what they say together."""
        for name in ("country", "site_country"):
            self._check(name, _country_defect)
        self._check("organisation", lambda text: _subject_defect(Organisation, text))
        self._check("site", lambda text: _subject_defect(Site, text))
        for name in ("organisation_name", "site_name", "name_1", "name_2"):
            self._check(name, people_file.name_defect)
        for number in "12":
            self._check(f"sign_in_{number}", people_file.sign_in_defect)
            self._check_password(number)
        self._check_two_people()
        self._read_people()
        return self.cleaned_data

    def _check(self, name: str, defect_of: Any) -> None:
        if name in self.cleaned_data and (defect := defect_of(self.cleaned_data[name])):
            self.add_error(name, defect)

    def _check_password(self, number: str) -> None:
        password = self.cleaned_data.get(f"password_{number}")
        if password is None:
            return
        try:
            validate_password(password, User(username=self.cleaned_data.get(f"sign_in_{number}", "")))
        except ValidationError as error:
            self.add_error(f"password_{number}", error)

    def _check_two_people(self) -> None:
        for field, message in (
            (
                "sign_in",
                _("Both have the same sign-in name. Name two different people: each checks what the other does."),
            ),
            ("name", _("Both have the same name. Name two different people: each checks what the other does.")),
            ("password", _("Both have the same password. Let each choose one that the other does not know.")),
        ):
            one, other = (self.cleaned_data.get(f"{field}_{n}") for n in "12")
            if one and other and (one == other or (field == "name" and one.casefold() == other.casefold())):
                self.add_error(f"{field}_2", message)

    def _read_people(self) -> None:
        file = self.cleaned_data.get("people")
        if not file:
            return
        given = self.cleaned_data
        taken = {given[f"sign_in_{n}"]: "an administrator" for n in "12" if f"sign_in_{n}" in given}
        try:
            self.members = people_file.read(
                file.read(people_file.FILE_BYTES_MAX + 1),
                organisation=given.get("organisation", ""),
                zone=given.get("zone") or "UTC",
                now=acting.now(),
                taken=taken,
            )
        except people_file.Defects as defects:
            self.add_error("people", list(defects.found))


def _country_defect(text: str) -> Any:
    return "" if _COUNTRY.match(text) else _("Write two capital letters, such as DE.")


def _subject_defect(kind: type[Organisation | Site], text: str) -> Any:
    try:
        kind.of(text)
    except ValueError:
        return _("Write letters, digits, . _ - only, at most 64, beginning with a letter or digit.")
    return _("“setup” is taken by set-up itself: choose another name.") if text == people_file.RESERVED else ""
