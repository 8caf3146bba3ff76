"""Accounts, the tokens of machines, and where somebody is signed in. None of these is a record."""

from datetime import datetime
from typing import ClassVar

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
    #: When the password was chosen, and when it was last compared with what attackers know.
    password_set = models.DateTimeField(default=timezone.now)
    password_checked = models.DateTimeField(default=timezone.now)
    #: Why another password must be chosen before anything else opens; empty: this one is good.
    password_wanting = models.CharField(max_length=300, default="", blank=True)
    #: The hash of the password before this one: it is not taken again.
    last_password = models.CharField(max_length=128, default="", blank=True)
    #: Halves of a start password, sealed, each until the administrator whom it is for has seen it.
    halves = models.JSONField(default=dict, blank=True)
    #: Up to which entry the account has followed what the record ended, and of which reset its owner was told.
    followed = models.BigIntegerField(default=0)
    told = models.BigIntegerField(default=0)
    #: How long the record was when the owner last proved who they are while nobody else was signed in as them.
    proved_at = models.BigIntegerField(default=0)
    #: Where and when somebody last worked with this account.
    last_station = models.CharField(max_length=40, default="", blank=True)
    last_active = models.DateTimeField(null=True, blank=True)

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


class Station(models.Model):
    """A browser that an administrator said stands at a site; others are nowhere as far as we know."""

    name = models.CharField(max_length=40, primary_key=True)
    label = models.CharField(max_length=80)
    site = models.CharField(max_length=80)
    organisation = models.CharField(max_length=80)

    class Meta:
        app_label = "coign_accounts"

    def __str__(self) -> str:
        return self.label


class Burst(models.Model):
    """Failed sign-ins from one network, counted until it is quiet again."""

    network = models.CharField(max_length=50, primary_key=True)
    since = models.DateTimeField()
    last = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    alerted = models.BooleanField(default=False)

    class Meta:
        app_label = "coign_accounts"

    def __str__(self) -> str:
        return f"{self.failures} from {self.network}"


class Alert(models.Model):
    """A line of the security log that somebody must look at, and who did."""

    line = models.BigIntegerField(unique=True)
    ledger_id = models.IntegerField()
    kind = models.CharField(max_length=60)
    person = models.CharField(max_length=80)
    raised = models.DateTimeField()
    acknowledged = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=80, default="", blank=True)
    comment = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        app_label = "coign_accounts"
        indexes: ClassVar = [
            models.Index(fields=["ledger_id", "line"], name="alert_open", condition=models.Q(acknowledged__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person}"
