from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0024_totals_by_day"),
    ]

    operations = [
        # The triggers that write to it are away meanwhile (services/ledger/entries.py).
        migrations.RenameModel("Movement", "LedgerEntry"),
        migrations.RenameModel("DaySpend", "DailySpend"),
        migrations.RenameModel("MonthSpend", "MonthlySpend"),
        migrations.RenameModel("DayModelSpend", "DailyModelSpend"),
    ]
