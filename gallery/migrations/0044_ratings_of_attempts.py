"""Note of each rating and vote the call that made the picture."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    images = apps.get_model("gallery", "Image").objects
    made_by = lambda name: Subquery(images.filter(pk=OuterRef(name)).values("attempt_id")[:1])  # noqa: E731
    apps.get_model("gallery", "Rating").objects.update(attempt_id=made_by("image_id"))
    apps.get_model("gallery", "Vote").objects.update(
        better_attempt_id=made_by("better_id"), worse_attempt_id=made_by("worse_id")
    )


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0043_trash"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
