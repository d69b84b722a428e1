from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0026_ratings"),
    ]

    operations = [
        migrations.RenameField("Gate", "strikes", "consecutive_failures"),
        migrations.RenameField("Gate", "openings", "times_opened"),
        migrations.RenameField("Gate", "odd_runs", "empty_answer_runs"),
    ]
