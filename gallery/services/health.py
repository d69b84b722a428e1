"""Is everything there that a paid call needs? One answer per part."""

from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from gallery.models import Gate
from gallery.models.calls import KEY_GATE
from gallery.services.operations import workers
from gallery.services.storage import files


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def storage_trouble() -> str:
    """Return why nothing could be stored now, in words that anybody may read; empty if it could be."""
    try:
        files.check_storage()
    except files.StorageTrouble as trouble:
        return str(trouble)
    return ""


def worker_lives() -> bool:
    try:
        return workers.some_worker_lives()
    except DatabaseError:
        return False


def gate_is_open() -> bool:
    try:
        gate = Gate.objects.filter(name=KEY_GATE).first()
    except DatabaseError:
        return False
    return gate is None or gate.is_open(timezone.now())
