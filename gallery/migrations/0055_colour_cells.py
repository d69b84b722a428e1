"""Colours are found by smaller cells: those there were are forgotten, and found again from what was measured."""

from django.db import migrations, models


def forget(apps, schema_editor):
    apps.get_model("gallery", "ImageColour").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0054_fill_folds"),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="imagecolour", name="image_colour_cell"),
        migrations.RemoveField(model_name="imagecolour", name="lightness"),
        migrations.RemoveField(model_name="imagecolour", name="a"),
        migrations.RemoveField(model_name="imagecolour", name="b"),
        migrations.AddIndex(
            model_name="imagecolour",
            index=models.Index(fields=["owner", "cell", "-image"], name="image_colour_cell"),
        ),
    ]
