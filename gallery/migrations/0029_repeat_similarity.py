from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0028_decode_attempts"),
    ]

    operations = [
        migrations.RemoveConstraint("Repeat", "repeat_likeness_known"),
        migrations.RemoveIndex("Repeat", "repeat_unmeasured"),
        migrations.RenameField("Repeat", "likeness", "similarity"),
        migrations.AddIndex(
            "Repeat",
            models.Index(condition=models.Q(("similarity", "")), fields=["id"], name="repeat_unmeasured"),
        ),
        migrations.AddConstraint(
            "Repeat",
            models.CheckConstraint(
                condition=models.Q(("similarity__in", ["", "identical", "same", "different"])),
                name="repeat_similarity_known",
            ),
        ),
    ]
