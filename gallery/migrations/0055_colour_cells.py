"""Colours are found by smaller cells: pictures are measured anew, in the worker, the newest first."""

from django.db import migrations, models


def measure_anew(apps, schema_editor):
    apps.get_model("gallery", "ImageColour").objects.all().delete()
    apps.get_model("gallery", "Image").objects.filter(look_tries=None).update(look_tries=0)


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0054_fill_folds"),
    ]

    operations = [
        migrations.RunPython(measure_anew, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="imagecolour", name="image_colour_cell"),
        migrations.RemoveField(model_name="imagecolour", name="lightness"),
        migrations.RemoveField(model_name="imagecolour", name="a"),
        migrations.RemoveField(model_name="imagecolour", name="b"),
        migrations.AddIndex(
            model_name="imagecolour",
            index=models.Index(fields=["owner", "cell", "-image"], name="image_colour_cell"),
        ),
    ]
