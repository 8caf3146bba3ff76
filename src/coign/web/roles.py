"""What people call a role: the record keeps short names, pages say the words."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

ROLES = {
    "coordinator": gettext_lazy("coordinator"),
    "physician": gettext_lazy("physician"),
    "nurse": gettext_lazy("nurse"),
    "celllab": gettext_lazy("cell laboratory"),
    "infusion": gettext_lazy("infusion team"),
    "pharmacist": gettext_lazy("pharmacist"),
    "courier": gettext_lazy("courier"),
    "warehouse": gettext_lazy("warehouse"),
    "operator": gettext_lazy("operator"),
    "analyst": gettext_lazy("analyst"),
    "qcreviewer": gettext_lazy("reviewer in quality control"),
    "qa": gettext_lazy("quality assurance"),
    "qp": gettext_lazy("qualified person"),
    "quality-us": gettext_lazy("quality unit (US)"),
    "safety": gettext_lazy("safety"),
    "trainer": gettext_lazy("trainer"),
    "regulatory": gettext_lazy("regulatory affairs"),
    "authority": gettext_lazy("assessor"),
    "inspector": gettext_lazy("inspector"),
    "admin": gettext_lazy("administrator"),
}  # fmt: skip


def role_words(role: str) -> str:
    """`celllab` → `cell laboratory`; what has no words yet is said as the record says it."""
    return str(ROLES.get(role, role))


def roles_words(roles: Iterable[str]) -> str:
    """`cell laboratory or warehouse`."""
    return _(" or ").join(role_words(role) for role in roles)
