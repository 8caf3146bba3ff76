"""What owners of keys ask administrators for. Nothing here signs: signatures are verified with keys of the record."""

from django.db import models
from django.utils import timezone

from coign.kernel.subjects import Person
from coign.web.accounts.models import Account


class KeyRequest(models.Model):
    """Somebody asks that a key of theirs be enrolled, or revoked; administrators do it, and nobody types a key."""

    class Wish(models.TextChoices):
        """What is asked for."""

        ENROL = "enrol"
        REVOKE = "revoke"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="key_requests")
    wish = models.CharField(max_length=10, choices=Wish.choices)
    credential = models.CharField(max_length=100, unique=True)
    method = models.CharField(max_length=40)
    public_key = models.TextField()
    #: What the owner calls it.
    label = models.CharField(max_length=100)
    asked = models.DateTimeField(default=timezone.now)
    #: How long the record was then: what it says about the key after this answers the request.
    asked_at = models.BigIntegerField()

    class Meta:
        app_label = "coign_signing"
        ordering = ("asked", "pk")

    def __str__(self) -> str:
        return f"{self.wish} {self.credential} of {self.account}"

    @property
    def person(self) -> Person:
        """Whose key it is."""
        return self.account.subject
