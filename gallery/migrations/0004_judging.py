import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import gallery.models.keys


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0003_owned_recipes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Comparison",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    gallery.models.keys.KeyField(
                        default=gallery.models.keys.random_key, editable=False, max_length=20, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comparisons",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ComparisonImage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "comparison",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="places", to="gallery.comparison"
                    ),
                ),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="gallery.image"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.AddField(
            model_name="comparison",
            name="images",
            field=models.ManyToManyField(
                related_name="comparisons", through="gallery.ComparisonImage", to="gallery.image"
            ),
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stars", models.PositiveSmallIntegerField(default=0)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("", "not judged"), ("pick", "picked"), ("reject", "rejected")],
                        default="",
                        max_length=6,
                    ),
                ),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="marks", to="gallery.image"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="marks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Repeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "likeness",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not measured yet"),
                            ("identical", "identical bytes"),
                            ("same", "visually the same"),
                            ("different", "different"),
                        ],
                        default="",
                        max_length=9,
                    ),
                ),
                ("mean_difference", models.FloatField(blank=True, null=True)),
                ("differing_share", models.FloatField(blank=True, null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="repeats", to="gallery.image"
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="repeat", to="gallery.job"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tie", models.BooleanField(default=False)),
                ("blind", models.BooleanField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "better",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="votes_won", to="gallery.image"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="votes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "worse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="votes_lost", to="gallery.image"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="comparisonimage",
            constraint=models.UniqueConstraint(fields=("comparison", "image"), name="comparison_shows_once"),
        ),
        migrations.AddIndex(
            model_name="comparison",
            index=models.Index(fields=["owner", "-id"], name="comparison_of_owner"),
        ),
        migrations.AddConstraint(
            model_name="mark",
            constraint=models.UniqueConstraint(fields=("user", "image"), name="mark_once"),
        ),
        migrations.AddConstraint(
            model_name="mark",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["", "pick", "reject"])), name="mark_verdict_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="mark",
            constraint=models.CheckConstraint(condition=models.Q(("stars__lte", 5)), name="mark_stars_at_most_five"),
        ),
        migrations.AddIndex(
            model_name="repeat",
            index=models.Index(condition=models.Q(("likeness", "")), fields=["id"], name="repeat_unmeasured"),
        ),
        migrations.AddConstraint(
            model_name="repeat",
            constraint=models.CheckConstraint(
                condition=models.Q(("likeness__in", ["", "identical", "same", "different"])),
                name="repeat_likeness_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.UniqueConstraint(
                models.F("user"),
                django.db.models.functions.comparison.Least("better", "worse"),
                django.db.models.functions.comparison.Greatest("better", "worse"),
                name="vote_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="vote",
            constraint=models.CheckConstraint(
                condition=models.Q(("better", models.F("worse")), _negated=True), name="vote_between_two"
            ),
        ),
    ]
