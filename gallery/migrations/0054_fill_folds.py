"""Write to each picture the digest of its recipe but for the seed: in slices, and after a kill from where it was."""

from django.db import migrations

from gallery.models.runs import fold_of
from gallery.services.db.slices import write_in_slices

CHUNK = 5000  # pictures


def fill(apps, schema_editor):
    Image = apps.get_model("gallery", "Image")
    rows = Image.objects.filter(fold=None, job__isnull=False).order_by("id")
    asked = ("id", "job__model", "job__prompt", "job__parameters")
    last = 0
    while chunk := list(rows.filter(id__gt=last).values_list(*asked)[:CHUNK]):
        last = chunk[-1][0]
        folds = [(fold_of({"model": model, "prompt": prompt, **rest}), pk) for pk, model, prompt, rest in chunk]
        write_in_slices(folds, lambda part: _write(schema_editor.connection, part))


def _write(connection, folds):
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE gallery_image SET fold = %s WHERE id = %s", folds)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("gallery", "0053_folds"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
