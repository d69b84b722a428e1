from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0033_attempt_picked"),
    ]

    operations = [
        migrations.RenameField("Statement", "place", "position"),
    ]
