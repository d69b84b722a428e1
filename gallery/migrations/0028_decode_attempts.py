from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0027_gate_breaker_names"),
    ]

    operations = [
        # The triggers that stand on this table are away meanwhile (services/ledger/entries.py).
        migrations.RenameField("Attempt", "decodes", "decode_attempts"),
    ]
