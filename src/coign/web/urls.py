"""Every address. What is not in `PUBLIC` needs somebody who is signed in (CSV-04)."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as external
from allauth.usersessions import views as sessions
from django.urls import path

from coign.web.api import actions, identifiers, lists, log, openapi, record
from coign.web.external import openid
from coign.web.pages import (
    courses,
    do,
    external_links,
    forms,
    history,
    home,
    journey,
    labels,
    moving,
    own_account,
    passkeys,
    people,
    people_acts,
    reference,
    release,
    safety,
    scan,
    security,
    session,
    set_up,
    signing_keys,
    supply,
    tanks,
    tracing,
    training,
    upkeep,
    verdict,
)

#: Reachable without signing in: the ways in (set-up asks for the token in its address instead, and is gone once it is
#: finished), and what outsiders need to check the log and the server.
PUBLIC = frozenset(
    {
        "account_login", "account_logout", "account_inactive", "mfa_authenticate", "mfa_login_webauthn",
        "openid_connect_login", "openid_connect_callback", "socialaccount_login_cancelled", "socialaccount_login_error",
        "socialaccount_signup", "continue-as", "set-up", "checkpoint", "hash-tile", "health", "metrics",
    }
)  # fmt: skip

urlpatterns = [
    # pages
    path("", home.home, name="home"),
    path("scan/", scan.scan, name="scan"),
    path("journeys/", journey.every_journey, name="journeys"),
    path("journeys/<str:root>/", journey.one_journey, name="journey"),
    path("journeys/<str:root>/do/<str:name>/", do.do, name="do"),
    path("journeys/<str:root>/do/<str:name>/sign/", do.sign, name="do-sign"),
    path("journeys/<str:root>/verdict/<int:position>/", verdict.verdict, name="verdict"),
    path("journeys/<str:root>/release/", release.release, name="release"),
    path("labels/<str:identifier>/", labels.label, name="label"),
    path("labels/<str:identifier>/label.pdf", labels.pdf, name="label-pdf"),
    path("demonstration/continue/", moving.continue_as, name="continue-as"),
    path("demonstration/advance/", moving.advance, name="advance"),
    path("training/", training.who_may, name="training"),
    path("training/mine/", training.own, name="own-training"),
    path("training/who-could/", training.who_could, name="who-could"),
    path("training/people/<str:name>/", training.of_person, name="transcript"),
    path("training/courses/", courses.every_course, name="courses"),
    path("training/courses/<str:name>/", courses.one_course, name="course"),
    path("training/attempts/<str:name>/", courses.one_attempt, name="attempt"),
    path("training/lessons/<str:name>/", courses.one_lesson, name="lesson"),
    path("tanks/", tanks.every_tank, name="tanks"),
    path("tanks/<str:name>/", tanks.tank, name="tank"),
    path("store/", supply.whole_store, name="store"),
    path("store/packs/", supply.packs, name="packs"),
    path("store/suspect/<str:name>/", supply.suspect, name="suspect"),
    path("actions/", forms.every_action, name="actions"),
    path("actions/<str:name>/", forms.form, name="form"),
    path("actions/<str:name>/sign/", forms.sign, name="sign"),
    path("why/<str:name>/", forms.why, name="why"),
    path("entries/<int:position>/", history.receipt, name="receipt"),
    path("subjects/<str:name>/", history.subject, name="subject"),
    path("subjects/<str:name>/trace/", tracing.trace, name="trace"),
    path("reference/", reference.index, name="reference"),
    path("reference/actions/", reference.actions, name="reference-actions"),
    path("reference/access/", reference.access, name="reference-access"),
    path("reference/errors/", reference.errors, name="reference-errors"),
    path("reference/traceability/", reference.traceability, name="reference-traceability"),
    path("safety/", safety.safety, name="safety"),
    path("cases/<str:identifier>/", safety.case, name="case"),
    path("products/<str:identifier>/", safety.product, name="product"),
    path("journeys/<str:root>/safety/", safety.therapy, name="therapy-safety"),
    path("people/", people.every_person, name="people"),
    path("people/new/", people.new_person, name="person-new"),
    path("people/external/", external_links.every_link, name="external-links"),
    path("people/keys/", signing_keys.signing_keys, name="signing-keys"),
    path("people/stations/", security.every_station, name="stations"),
    path("people/of/<str:name>/", people.one_person, name="person"),
    path("people/of/<str:name>/<str:what>/", people_acts.act, name="person-act"),
    path("security/", security.security, name="security"),
    path("security/<int:line>/", security.acknowledge, name="alert-acknowledge"),
    path("upkeep/", upkeep.care, name="upkeep"),
    # session
    path("session/unlock/", session.unlock, name="unlock"),
    path("session/elsewhere/", session.elsewhere, name="elsewhere"),
    path("session/role/", session.role, name="role"),
    path("setup/<str:token>/", set_up.set_up, name="set-up"),
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("sign-in/inactive/", account.account_inactive, name="account_inactive"),
    path("sign-in/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("sign-in/second-factor/", factors.authenticate, name="mfa_authenticate"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/confirm/second-factor/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("account/confirm/passkey/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/factors/", factors.index, name="mfa_index"),
    path("account/factors/code/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/factors/code/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/factors/recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/factors/recovery/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/factors/recovery/file/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("account/passkeys/", passkeys.own, name="passkeys"),
    path("account/passkeys/new/", passkeys.new, name="passkey-new"),
    path("account/passkeys/<int:pk>/name/", passkeys.rename, name="passkey-rename"),
    path("account/passkeys/<int:pk>/remove/", passkeys.remove, name="passkey-remove"),
    path("account/passkeys/sign/", passkeys.ask, name="signing-ask"),
    path("account/happened/", own_account.happened, name="account-happened"),
    path("account/notice/", own_account.notice, name="account-notice"),
    path("account/sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("account/external/", external_links.own, name="socialaccount_connections"),
    path("sign-in/external/cancelled/", external.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/external/error/", external.login_error, name="socialaccount_login_error"),
    path("sign-in/external/unknown/", external.signup, name="socialaccount_signup"),
    path("sign-in/external/<str:provider_id>/", openid.login, name="openid_connect_login"),
    path("sign-in/external/<str:provider_id>/back/", openid.callback, name="openid_connect_callback"),
    # REST
    path("api/actions", actions.every_action, name="api-actions"),
    path("api/actions/<str:name>", actions.do, name="api-do"),
    path("api/actions/<str:name>/check", actions.check, name="api-check"),
    path("api/actions/<str:name>/prepare", actions.prepare, name="api-prepare"),
    path("api/subjects/<str:name>", record.subject, name="api-subject"),
    path("api/trace/<str:name>", tracing.trace_for_machines, name="api-trace"),
    path("api/entries/<int:position>", record.entry, name="api-entry"),
    path("api/journeys", lists.every_journey, name="api-journeys"),
    path("api/queue", lists.queue, name="api-queue"),
    path("api/identifiers/check", identifiers.check, name="api-identifiers"),
    path("api/openapi.json", openapi.document, name="openapi"),
    path("log/checkpoint", log.checkpoint, name="checkpoint"),
    path("log/tile/entries/<path:path>", log.entry_bundle, name="entry-bundle"),
    path("log/tile/<path:path>", log.hash_tile, name="hash-tile"),
    path("health", log.health, name="health"),
    path("metrics", log.measured, name="metrics"),
]

handler400 = "coign.web.middleware.bad_request"
handler404 = "coign.web.middleware.not_found"
handler500 = "coign.web.middleware.failed"
