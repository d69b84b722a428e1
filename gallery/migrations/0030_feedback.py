import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0029_repeat_similarity"),
    ]

    operations = [
        migrations.RemoveConstraint("Answer", "answer_once"),
        migrations.RemoveConstraint("Answer", "answer_stars_in_range"),
        migrations.RenameModel("Answer", "Feedback"),
        migrations.AlterField(
            "Feedback",
            "guest",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="feedback",
                to="gallery.guest",
            ),
        ),
        migrations.AlterField(
            "Feedback",
            "image",
            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="feedback", to="gallery.image"),
        ),
        migrations.AddConstraint("Feedback", models.UniqueConstraint(fields=["guest", "image"], name="feedback_once")),
        migrations.AddConstraint(
            "Feedback", models.CheckConstraint(condition=models.Q(stars__lte=5), name="feedback_stars_in_range")
        ),
        migrations.RenameField("User", "unseen_answers", "unseen_feedback"),
    ]
