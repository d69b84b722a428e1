from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0032_comparison_items"),
    ]

    operations = [
        # The triggers that read it are away meanwhile (services/ledger/entries.py).
        migrations.RenameField("Attempt", "kept", "picked"),
    ]
