import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0031_rate_counters"),
    ]

    operations = [
        migrations.AlterField(
            "ComparisonImage",
            "comparison",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="items", to="gallery.comparison"
            ),
        ),
    ]
