"""What waits between authorities, holders and those who look into both."""

from django.utils.translation import gettext as _

from coign.kernel.values import Actor
from coign.regulatory.views import PROGRAMME
from coign.web import acting, running
from coign.web.boards.matter import Matter
from coign.web.oversight import sight
from coign.web.oversight.desk import acts_words, product_name
from coign.web.oversight.work import authorisation_url, form, may, tasks
from coign.web.therapy.looking import states_of
from coign.web.therapy.track import local_day

APPROVE = "regulatory.approve_programme"
INSPECTOR = "inspector"


def authorisations(actor: Actor) -> list[Matter]:
    """What is theirs to decide, answer, judge or report; the desk of authorisations says more about each."""
    if not _is_party(actor):
        return []
    return [
        Matter(t.title, t.about, t.row["word"], t.label, t.url, t.row["status"], t.row["detail"])
        for t in tasks(actor, acting.now())
        if t.decides
    ]


def _is_party(actor: Actor) -> bool:
    """Whether people in this role do anything about authorisations."""
    return any(may(action, actor) for action in _OF_AUTHORISATIONS)


_OF_AUTHORISATIONS = (
    "regulatory.answer_question", "regulatory.decide_application", "regulatory.judge_fulfilment",
    "regulatory.report_fulfilment", "regulatory.submit_application",
)  # fmt: skip


def programmes(actor: Actor) -> list[Matter]:
    """Programmes that were proposed by another person and wait for a second signature."""
    if not may(APPROVE, actor):
        return []
    versions = running.service().programmes.all()
    states = states_of(PROGRAMME, {v.programme for v in versions})
    return [
        Matter(
            v.title, _("Version %s") % v.version, _("Waits for a second signature"), _("Read and approve"),
            form(APPROVE, {"programme": v.programme, "version": v.digest}),
        )
        for v in versions
        if (state := states[v.programme]).proposed == v.digest and state.proposed_by != actor.person
    ]  # fmt: skip


def looks(actor: Actor) -> list[Matter]:
    """An inspector does nothing in the record: what is overdue and what was stopped is looked into."""
    if actor.role != INSPECTOR:
        return []
    late = [t for t in tasks(actor, acting.now()) if t.is_overdue]
    stops = [(says, stop) for says in sight.authorisations(actor) for stop in says.stops_in_force]
    return [
        *(
            Matter(t.title, t.about, t.row["word"], _("Look into it"), t.look_url, "look", t.row["detail"])
            for t in late
        ),
        *(
            Matter(
                _("%s is stopped") % product_name(says), says.number, _("Stopped since %s") % local_day(stop.since),
                _("Look into it"), authorisation_url(says), "stop", acts_words(stop.acts),
            )
            for says, stop in stops
        ),
    ]  # fmt: skip
