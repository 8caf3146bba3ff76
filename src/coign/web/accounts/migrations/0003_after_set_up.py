"""Accounts after set-up: checks of passwords, resets, stations at sites, and alerts that somebody must look at."""

from typing import ClassVar

import django.utils.timezone
from django.db import migrations, models

#: Alerts that were raised before there was a list of them are open. Where the log is not (yet), there are none.
OPEN_ALERTS = """
do $$ begin
    if to_regclass('public.security_log') is not null then
        insert into coign_accounts_alert (line, ledger_id, kind, person, raised, acknowledged_by, comment)
        select id, ledger_id, left(kind, 60), left(person, 80), time, '', ''
        from public.security_log where detail @> '{"alert": true}';
    end if;
end $$
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("coign_accounts", "0002_start_password")]

    operations: ClassVar = [
        migrations.AddField("account", "password_set", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.AddField("account", "password_checked", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.AddField("account", "password_wanting", models.CharField(blank=True, default="", max_length=300)),
        migrations.AddField("account", "last_password", models.CharField(blank=True, default="", max_length=128)),
        migrations.AddField("account", "halves", models.JSONField(blank=True, default=dict)),
        migrations.AddField("account", "followed", models.BigIntegerField(default=0)),
        migrations.AddField("account", "told", models.BigIntegerField(default=0)),
        migrations.AddField("account", "proved_at", models.BigIntegerField(default=0)),
        migrations.AddField("account", "last_station", models.CharField(blank=True, default="", max_length=40)),
        migrations.AddField("account", "last_active", models.DateTimeField(blank=True, null=True)),
        migrations.CreateModel(
            name="Station",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=80)),
                ("site", models.CharField(max_length=80)),
                ("organisation", models.CharField(max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="Burst",
            fields=[
                ("network", models.CharField(max_length=50, primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                ("last", models.DateTimeField()),
                ("failures", models.PositiveIntegerField(default=0)),
                ("alerted", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.BigIntegerField(unique=True)),
                ("ledger_id", models.IntegerField()),
                ("kind", models.CharField(max_length=60)),
                ("person", models.CharField(max_length=80)),
                ("raised", models.DateTimeField()),
                ("acknowledged", models.DateTimeField(null=True)),
                ("acknowledged_by", models.CharField(blank=True, default="", max_length=80)),
                ("comment", models.CharField(blank=True, default="", max_length=500)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["ledger_id", "line"],
                        name="alert_open",
                        condition=models.Q(acknowledged__isnull=True),
                    )
                ]
            },
        ),
        migrations.RunSQL(OPEN_ALERTS, migrations.RunSQL.noop),
    ]
