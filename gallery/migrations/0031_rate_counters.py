from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0030_feedback"),
    ]

    operations = [
        migrations.RemoveConstraint("Tally", "tally_once"),
        migrations.AlterModelOptions("Tally", {}),
        migrations.RenameModel("Tally", "RateCounter"),
        migrations.AddConstraint(
            "RateCounter", models.UniqueConstraint(fields=["name", "begins_at"], name="rate_counter_once")
        ),
    ]
