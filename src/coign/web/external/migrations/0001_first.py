"""Links between identities of providers and accounts."""

from typing import ClassVar

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar = [("coign_accounts", "0001_first")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=191)),
                ("proposed_by", models.CharField(max_length=80)),
                ("proposed", models.DateTimeField(default=django.utils.timezone.now)),
                ("agreed_by", models.CharField(default="", max_length=80)),
                ("agreed", models.DateTimeField(null=True)),
                ("agreed_at", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="coign_accounts.account"
                    ),
                ),
            ],
            options={"ordering": ("proposed", "pk")},
        ),
        migrations.AddConstraint(
            "Link", models.UniqueConstraint(fields=("provider", "subject"), name="one_account_an_identity")
        ),
    ]
