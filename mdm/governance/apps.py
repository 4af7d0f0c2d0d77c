from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """Systems, domain versions, rule sets and ownership: what is agreed before data moves."""

    name = "mdm.governance"
    label = "governance"
    default_auto_field = "django.db.models.BigAutoField"
