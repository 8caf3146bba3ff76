"""The log for everybody: checkpoints and tiles (C2SP tlog-tiles), health and metrics."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from coign.kernel.errors import Forbidden, NotFound
from coign.people.separation import INSPECTOR
from coign.web import acting, metrics, running
from coign.web.api.problems import answer
from coign.web.pages.upkeep import what_is_due
from coign.web.reading import reader
from coign.web.witnessed import stamped, witnessed
from coign_verify.page import page as offline_page
from coign_verify.tiles import TileError, TileName, parse_path

_FOREVER = "public, max-age=31536000, immutable"


@require_GET
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint that enough witnesses signed, with their signatures; until there is one, the newest."""
    found = reader().checkpoint_for_others()
    if found is None:
        raise NotFound("no checkpoint was published yet")
    return HttpResponse(found[1], content_type="text/plain; charset=utf-8")


@require_GET
def hash_tile(request: HttpRequest, path: str) -> HttpResponse:
    """Hashes tell nothing of what was hashed: each entry holds 128 random bits."""
    name = _parsed(path)
    assert name.level is not None
    hashes = reader().tiles.hashes(name.level, name.index, name.width)
    response = HttpResponse(hashes, content_type="application/octet-stream")
    response["Cache-Control"] = _FOREVER
    return response


@require_GET
def entry_bundle(request: HttpRequest, path: str) -> HttpResponse:
    """Whole entries, of all organisations: only for a token that was given this scope, such as a mirror's."""
    token = acting.token_of(request)
    if token is None or not token.allows("log"):
        raise Forbidden("entries are given to tokens with the scope “log”")
    if token.role == INSPECTOR:
        raise Forbidden("an inspector reads entries one by one, each as far as its scope goes")
    name = _parsed("entries/" + path)
    return HttpResponse(reader().tiles.entries(name.index, name.width), content_type="application/octet-stream")


def _parsed(path: str) -> TileName:
    try:
        return parse_path(f"tile/{path}")
    except TileError as error:
        raise NotFound(str(error)) from error


@require_GET
def offline_check(request: HttpRequest) -> HttpResponse:
    """The page that checks a pack, as a file: opened from a disk it owes this server nothing."""
    response = HttpResponse(offline_page(), content_type="text/html; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify.html"'
    return response


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Whether the record can be read and written, and how far it was verified."""
    head, verified, seen = reader().head(), reader().verified(), witnessed()
    return answer(
        {
            "status": "read-only" if head.read_only else "ok",
            "ledger": {
                "size": head.size,
                "verified_to": verified[0] if verified else None,
                "verified_at": verified[1].isoformat() if verified else None,
            },
            "witnesses": {
                "relied_on": seen.relied_on,
                "state": seen.state,
                "size": seen.size or None,
                "at": seen.at.isoformat() if seen.at else None,
            },
            "read_only": bool(head.read_only),
            "demonstration": running.service().demonstration,
        }
    )


@require_GET
def measured(request: HttpRequest) -> HttpResponse:
    """Prometheus text format."""
    head = reader().head()
    text = metrics.text(
        size=head.size, read_only=bool(head.read_only), seen=witnessed(), stamp=stamped(), due=what_is_due()
    )
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")
