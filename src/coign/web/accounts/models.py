"""Accounts, the tokens of machines, and where somebody is signed in. None of these is a record."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from coign.kernel.subjects import Organisation, Person


class Account(models.Model):
    """Links somebody who signs in to the person of the record. What they may do is asked of the record each time."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="account")
    person = models.CharField(max_length=80, unique=True)
    #: The role and organisation a sign-in begins with; others that the record grants can be chosen.
    role = models.CharField(max_length=40)
    organisation = models.CharField(max_length=80)
    #: An account of a demonstration: its signing key is held by the server and named so on every record.
    demonstration = models.BooleanField(default=False)
    #: Wrong passwords or codes since the last right one.
    failures = models.PositiveIntegerField(default=0)
    #: Locked after too many failures, or because it was used at two stations.
    blocked = models.BooleanField(default=False)
    #: Others have seen the password: its owner chooses another one before anything else opens.
    start_password = models.BooleanField(default=False)
    #: Whether the password is long enough to be the only factor.
    stands_alone = models.BooleanField(default=False)

    class Meta:
        app_label = "coign_accounts"

    def __str__(self) -> str:
        return self.user.username

    @property
    def subject(self) -> Person:
        """The person of the record."""
        return Person(self.person)

    @property
    def home(self) -> Organisation:
        """The organisation a sign-in begins with."""
        return Organisation(self.organisation)


class Token(models.Model):
    """A bearer token: what a machine, or a script of a person, signs in with. Only its hash is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80)
    scopes = models.CharField(max_length=200)
    role = models.CharField(max_length=40)
    organisation = models.CharField(max_length=80)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)

    class Meta:
        app_label = "coign_accounts"

    def __str__(self) -> str:
        return self.label

    def is_valid(self, now: datetime) -> bool:
        """Whether it opens anything now."""
        return self.revoked is None and now < self.expires and self.account.user.is_active and not self.account.blocked

    def allows(self, scope: str) -> bool:
        """Whether it was given this scope."""
        return scope in self.scopes.split()


class Presence(models.Model):
    """One sign-in of one account at one station."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="presences")
    session_key = models.CharField(max_length=40, unique=True)
    station = models.CharField(max_length=40)
    since = models.DateTimeField(default=timezone.now)
    #: Signed in while another station was in use: must choose before anything else.
    undecided = models.BooleanField(default=False)

    class Meta:
        app_label = "coign_accounts"

    def __str__(self) -> str:
        return f"{self.account} at {self.station}"
