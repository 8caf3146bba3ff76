"""What owners of keys ask administrators for."""

from typing import ClassVar

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar = [("coign_accounts", "0001_first")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="KeyRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wish", models.CharField(choices=[("enrol", "Enrol"), ("revoke", "Revoke")], max_length=10)),
                ("credential", models.CharField(max_length=100, unique=True)),
                ("method", models.CharField(max_length=40)),
                ("public_key", models.TextField()),
                ("label", models.CharField(max_length=100)),
                ("asked", models.DateTimeField(default=django.utils.timezone.now)),
                ("asked_at", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="key_requests",
                        to="coign_accounts.account",
                    ),
                ),
            ],
            options={"ordering": ("asked", "pk")},
        ),
    ]
