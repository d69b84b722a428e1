import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0025_ledger_entries"),
    ]

    operations = [
        migrations.RemoveConstraint("Mark", "mark_once"),
        migrations.RemoveConstraint("Mark", "mark_verdict_known"),
        migrations.RemoveConstraint("Mark", "mark_stars_at_most_five"),
        migrations.RenameModel("Mark", "Rating"),
        migrations.AlterField(
            "Rating",
            "user",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="ratings",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "Rating",
            "image",
            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="ratings", to="gallery.image"),
        ),
        migrations.AddConstraint("Rating", models.UniqueConstraint(fields=["user", "image"], name="rating_once")),
        migrations.AddConstraint(
            "Rating",
            models.CheckConstraint(condition=models.Q(verdict__in=["", "pick", "reject"]), name="rating_verdict_known"),
        ),
        migrations.AddConstraint(
            "Rating", models.CheckConstraint(condition=models.Q(stars__lte=5), name="rating_stars_at_most_five")
        ),
    ]
