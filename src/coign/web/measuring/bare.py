"""The bare insert that the bench `http` compares with: one model, one view. Loaded only in a process of its own."""

import json
from typing import ClassVar

from django.db import models
from django.http import HttpRequest, JsonResponse
from django.urls import path


class Row(models.Model):
    """A row as the other benches write it."""

    id = models.BigAutoField(primary_key=True)
    recorded = models.DateTimeField(auto_now_add=True)
    doc = models.JSONField()

    class Meta:
        """The table is made by the bench."""

        app_label = "measuring"
        db_table = "bench_row"
        managed: ClassVar[bool] = False


def insert(request: HttpRequest) -> JsonResponse:
    """One document, one row, one commit."""
    row = Row(doc=json.loads(request.body))
    row.save(force_insert=True)
    answer = JsonResponse({"id": row.pk}, status=201)
    answer.headers["Content-Length"] = str(len(answer.content))
    return answer


urlpatterns = [path("rows", insert)]
