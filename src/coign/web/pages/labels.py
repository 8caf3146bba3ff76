"""The label of a unit, on the page and as a PDF of its size; neutral identifiers only (21 CFR 1271.290(c))."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from coign.gateways.labels import LabelContent, LabelKind, label_html, label_pdf, lint
from coign.identity.views import CHAIN, UNIT, UnitState
from coign.kernel.errors import Forbidden, Invalid, NotFound
from coign.kernel.subjects import Organisation, Unit
from coign.people.separation import INSPECTOR
from coign.programmes.model import ProgrammeVersion
from coign.quality.views import DISPOSITION
from coign.web import acting, running
from coign.web.reading import reader
from coign.web.therapy.donors import label_statements
from coign.web.therapy.story import zone_of

_KINDS = {
    "starting_material": LabelKind.COLLECTION,
    "intermediate": LabelKind.COLLECTION,
    "final_container": LabelKind.FINAL_CONTAINER,
    "sample": LabelKind.COLLECTION,
}


@require_GET
def label(request: HttpRequest, identifier: str) -> HttpResponse:
    """The label as it will be printed."""
    return render(request, "pages/label.html", label_context(identifier, acting.sees_for(request)))


@require_GET
def pdf(request: HttpRequest, identifier: str) -> HttpResponse:
    """The same label for the printer; an inspector prints none, since a second label may end on another bag."""
    if acting.actor_of(request).role == INSPECTOR:
        raise Forbidden("an inspector prints no label: take the export of the unit")
    content, _state = content_of(identifier, acting.sees_for(request))
    response = HttpResponse(label_pdf(content), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="label-{identifier}.pdf"'
    return response


def label_context(identifier: str, organisation: Organisation) -> dict[str, Any]:
    """The label, whether it was scanned back, and where to print it."""
    content, state = content_of(identifier, organisation)
    return {
        "identifier": identifier,
        "label": label_html(content),
        "content": content,
        "state": state,
        "problems": lint(content),
        "pdf_url": reverse("label-pdf", args=[identifier]),
    }


def content_of(identifier: str, organisation: Organisation) -> tuple[LabelContent, UnitState]:
    """What stands on the label of a unit; `NotFound` for what this organisation may not know of."""
    try:
        unit = Unit.of(identifier)
    except ValueError as error:
        raise Invalid.at("unit", str(error)) from error
    state = reader().state(UNIT, unit)
    if state.chain is None or not reader().may_see(unit, organisation):
        raise NotFound(f"{unit} is not known here")
    chain = reader().state(CHAIN, state.chain)
    programme = _programme(chain.version)
    donor = label_statements(state.chain, chain)
    return (
        LabelContent(
            kind=_KINDS[state.kind],
            product_name=programme.product_name if programme is not None else state.kind.replace("_", " "),
            identifier=unit.identifier,
            print_serial=int(state.label_serial),
            site_zone=zone_of(state.made_by) if state.made_by is not None else "UTC",
            # The chain stands on it only where the reader may know it, as on the paper this organisation prints.
            chain=state.chain.identifier if reader().may_see(state.chain, organisation) else "",
            din=state.din or _din_of_source(state),
            lot=state.batch.identifier if state.batch is not None else "",
            expires_at=state.expires.moment if state.expires is not None else None,
            collected_at=state.made_at.moment
            if state.made_at is not None and state.kind == "starting_material"
            else None,
            storage=programme.storage if programme is not None else "",
            statements=(*_exception(unit), *(programme.statements if programme is not None else ()), *donor),
            demonstration=running.service().demonstration,
        ),
        state,
    )


def _din_of_source(state: UnitState) -> str:
    """A cryobag bears the donation number of the collection it was filled out of (ISBT 128 ST-001)."""
    return next((din for parent in state.parents if (din := reader().state(UNIT, parent).din)), "")


def _exception(unit: Unit) -> tuple[str, ...]:
    """What a product that is supplied out of specification must say of itself (GMP-40, GMP-41)."""
    disposition = reader().state(DISPOSITION, unit)
    return (disposition.statement,) if disposition.is_supplied_under_exception and disposition.statement else ()


def _programme(version: Any) -> ProgrammeVersion | None:
    programmes = running.service().programmes
    return programmes.version(version) if version is not None and programmes.known(version) else None
