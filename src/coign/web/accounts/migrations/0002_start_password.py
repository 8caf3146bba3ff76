"""Passwords that somebody else has seen."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("coign_accounts", "0001_first")]

    operations: ClassVar = [
        migrations.AddField("account", "start_password", models.BooleanField(default=False)),
    ]
