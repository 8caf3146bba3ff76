"""Opens the accounts of a demonstration's people, with passwords and second factors that work and can be shown."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.contrib.auth.models import User

from coign.demo import accounts, people, scene
from coign.demo.people import Account as Job
from coign.people.views import AUTHORITY
from coign.service import Service
from coign.web.accounts import passwords
from coign.web.accounts.models import Account
from coign.web.accounts.opening import open_account

#: These passwords hold 80 random bits: nobody finds them by trying, however quick a try is.
_WORK_FACTOR = 2**10


def open_accounts(service: Service) -> int:
    """An account for everybody of the demonstration; how many were new. Safe to repeat."""
    if not service.demonstration:
        return 0
    known = set(Account.objects.values_list("person", flat=True))
    names = people.printed_names(scene.seed_of(service))
    missing = [job for job in (*people.EVERYBODY, people.BY_CODE) if str(job.person) not in known]
    new = [job for job in missing if service.states.of(AUTHORITY, job.person).grants]
    for job in new:
        _open(service, job, names[job.account])
    return len(new)


def _open(service: Service, job: Job, name: str) -> None:
    account = open_account(
        job.account,
        person=job.person,
        role=job.role,
        organisation=job.organisation,
        demonstration=True,
        full_name=name,
    )
    password = accounts.password(service, job)
    user: User = account.user
    hasher = ScryptPasswordHasher()
    user.password = hasher.encode(password, hasher.salt(), n=_WORK_FACTOR)
    user.save(update_fields=["password"])
    account.stands_alone = passwords.stands_alone(password)
    account.save(update_fields=["stands_alone"])
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, accounts.factor_secret(service, job))
