"""What is handed over as a file: entered in the access ledger, and marked where an inspector takes it (REG-10)."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse

from coign.gateways.paper import pdf_of
from coign.kernel.values import Actor
from coign.people.separation import INSPECTOR
from coign.web import acting, running
from coign.web.therapy.story import name_of
from coign_verify.archive import archive

#: The mark at the foot of what is seen, and of every sheet that a browser prints.
_STYLE = (
    "<style>body::before{content:attr(data-copy);position:fixed;bottom:0;left:0;right:0;background:#fff;"
    "border-top:1px solid #8b0a03;font-size:9px}</style>"
)


def handed_over(request: HttpRequest, name: str, what: str, original: bytes, page: bytes) -> HttpResponse:
    """An archive to be kept. Its own bytes have one form and bear no mark: an inspector gets it within a marked copy.

    `page`: the readable page in it; `name`: of the file, without its ending.
    """
    actor = acting.actor_of(request)
    data = original if actor.role != INSPECTOR else _copy(name, original, page, mark_of(actor, original))
    return _response(request, actor, f"{name}.zip", what, data, "application/zip")


def table_handed_over(request: HttpRequest, name: str, what: str, table: bytes) -> HttpResponse:
    """A table as CSV; an inspector's begins with a line that says whose copy it is."""
    actor = acting.actor_of(request)
    marked = f'"{mark_of(actor, table)}"\r\n'.encode() + table if actor.role == INSPECTOR else table
    return _response(request, actor, f"{name}.csv", what, marked, "text/csv; charset=utf-8")


def mark_of(actor: Actor, original: bytes) -> str:
    """Who took a copy, in whose name, when, and the hash of what it is a copy of."""
    return (
        f"Copy for inspection, taken by {actor.person.identifier} (inspector) at {name_of(actor.organisation)} on "
        f"{acting.now()[:19].replace('T', ' ')} UTC. SHA-256 of the original: {sha256(original).hexdigest()}"
    )


def printed_mark(person: str, organisation: str) -> str:
    """The same for a page that a browser prints, of which there are no bytes to hash."""
    return (
        f"Copy for inspection, printed by {person.partition(':')[2]} (inspector) at {name_of(organisation)} on "
        f"{acting.now()[:19].replace('T', ' ')} UTC"
    )


def _copy(name: str, original: bytes, page: bytes, mark: str) -> bytes:
    said = f'<p class="mark">{mark}</p>'
    marked = page.decode().replace("</head><body>", f'{_STYLE}</head><body data-copy="{mark}">\n{said}', 1).encode()
    files = [("copy.html", marked), ("copy.pdf", pdf_of(page, mark=mark)), (f"{name}.zip", original)]
    listed = "".join(f"file {each} {len(data)} {sha256(data).hexdigest()}\n" for each, data in files)
    return archive([*files, ("copy.txt", f"{mark}\n{listed}".encode())])


def _response(request: HttpRequest, actor: Actor, name: str, what: str, data: bytes, kind: str) -> HttpResponse:
    running.service().taken(actor, what, data, request.path)
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
