"""Write the cells of the colours that were measured, in slices; after a kill, those that are there stay."""

from django.db import migrations

from gallery.catalogue.numbers import colour_cells, colours
from gallery.services.db.slices import write_in_slices

CHUNK = 5000  # pictures
FAIR_SHARE = 20  # thousandths of the area


def fill(apps, schema_editor):
    ImageColour = apps.get_model("gallery", "ImageColour")
    rows = apps.get_model("gallery", "ImageLook").objects.order_by("image_id")
    last = 0
    while chunk := list(rows.filter(image_id__gt=last).values_list("image_id", "owner_id", "palette")[:CHUNK]):
        last = chunk[-1][0]
        cells = [
            ImageColour(image_id=image, owner_id=owner, cell=cell)
            for image, owner, palette in chunk
            for cell in _cells(palette)
        ]
        write_in_slices(cells, lambda part: ImageColour.objects.bulk_create(part, ignore_conflicts=True))


def _cells(palette):
    fair = (colours.read_hex(name) for name, share in palette if share >= FAIR_SHARE)
    return dict.fromkeys(colour_cells.cell_of(colour_cells.place_of(colour)) for colour in fair)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("gallery", "0056_image_words"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
