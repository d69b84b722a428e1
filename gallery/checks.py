"""System checks: what would make paid calls unsafe is said at the start, not found at night."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from gallery.services.jobs import provider


@register(Tags.database)
def sqlite_keeps_the_mark(**_: object) -> list[CheckMessage]:
    """A mark that a power cut can forget is a double payment."""
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        return []
    options = database.get("OPTIONS", {})
    if options.get("transaction_mode") == "IMMEDIATE" and "synchronous=FULL" in options.get("init_command", ""):
        return []
    return [Error("SQLite must run with transaction_mode=IMMEDIATE and synchronous=FULL.", id="fluxweb.E001")]


@register()
def no_atomic_requests(**_: object) -> list[CheckMessage]:
    """A request-wide transaction would hold SQLite's one write lock while a page renders."""
    if settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        return [Error("ATOMIC_REQUESTS must be off: transactions are opened in services only.", id="fluxweb.E002")]
    return []


@register()
def provider_can_be_called(**_: object) -> list[CheckMessage]:
    """A bad address or key must stop the start: found after the mark, it would put every job in doubt."""
    return [Error(f"{name}: {fault}", id="fluxweb.E003") for name, fault in provider.find_faults()]
