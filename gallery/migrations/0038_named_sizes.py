from django.db import migrations, models

import gallery.models.keys

# What social networks, ad servers and screens ask for: the list that a team begins with and changes as it likes.
FIRST = [
    ("Full HD", 1920, 1080),
    ("Wallpaper, QHD", 2560, 1440),
    ("Wallpaper, 4K", 3840, 2160),
    ("Phone wallpaper", 1440, 3120),
    ("Link preview", 1200, 628),
    ("Square post", 1080, 1080),
    ("Portrait post", 1080, 1350),
    ("Story or reel", 1080, 1920),
    ("Pin", 1000, 1500),
    ("Video thumbnail", 1280, 720),
    ("X header", 1500, 500),
    ("LinkedIn cover", 1584, 396),
    ("Newsletter header", 1200, 400),
    ("Leaderboard ad", 728, 90),
    ("Medium rectangle ad", 300, 250),
    ("Half-page ad", 300, 600),
    ("Billboard ad", 970, 250),
    ("Skyscraper ad", 160, 600),
]


def add_first_sizes(apps, schema_editor):
    model = apps.get_model("gallery", "NamedSize")
    model.objects.bulk_create(
        model(name=name, width=width, height=height, position=position)
        for position, (name, width, height) in enumerate(FIRST, 1)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0037_share_inputs"),
    ]

    operations = [
        migrations.CreateModel(
            name="NamedSize",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    gallery.models.keys.KeyField(
                        default=gallery.models.keys.random_key, editable=False, max_length=20, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("width", models.PositiveSmallIntegerField()),
                ("height", models.PositiveSmallIntegerField()),
                (
                    "format",
                    models.CharField(
                        choices=[("jpeg", "JPEG"), ("png", "PNG"), ("webp", "WebP"), ("avif", "AVIF")],
                        default="jpeg",
                        max_length=4,
                    ),
                ),
                (
                    "fit",
                    models.CharField(
                        choices=[("crop", "Crop"), ("fit", "Fit whole")],
                        default="crop",
                        max_length=4,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None)), fields=("name",), name="named_size_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fit__in", ["crop", "fit"]),
                            ("format__in", ["jpeg", "png", "webp", "avif"]),
                            ("height__range", (16, 4096)),
                            ("width__range", (16, 4096)),
                        ),
                        name="named_size_can_be_made",
                    ),
                ],
            },
        ),
        migrations.RunPython(add_first_sizes, migrations.RunPython.noop),
    ]
