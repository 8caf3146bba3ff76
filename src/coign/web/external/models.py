"""Which identity of a provider opens which account: asked by one administrator, and made by another one."""

from django.db import models
from django.utils import timezone

from coign.web.accounts.models import Account


class Link(models.Model):
    """An identity that belongs to an account. It opens nothing until a second administrator has agreed."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="links")
    provider = models.CharField(max_length=40)
    subject = models.CharField(max_length=191)
    proposed_by = models.CharField(max_length=80)
    proposed = models.DateTimeField(default=timezone.now)
    agreed_by = models.CharField(max_length=80, default="")
    agreed = models.DateTimeField(null=True)
    #: How long the record was then: a reset that came later ends the link.
    agreed_at = models.BigIntegerField(null=True)

    class Meta:
        app_label = "coign_external"
        ordering = ("proposed", "pk")
        constraints = (models.UniqueConstraint(fields=("provider", "subject"), name="one_account_an_identity"),)

    def __str__(self) -> str:
        return f"{self.subject} of {self.provider} for {self.account}"
