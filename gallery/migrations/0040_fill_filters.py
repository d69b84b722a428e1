"""Copy to each picture what the gallery is filtered by."""

from django.db import migrations
from django.db.models import Exists, OuterRef, Subquery

from gallery.catalogue.parameters.shapes import named_ratio


def fill(apps, schema_editor):
    Image = apps.get_model("gallery", "Image")
    Attempt = apps.get_model("gallery", "Attempt")
    Job = apps.get_model("gallery", "Job")
    JobReference = apps.get_model("gallery", "JobReference")
    job = Job.objects.filter(pk=OuterRef("job_id"))
    attempt = Attempt.objects.filter(pk=OuterRef("attempt_id"))
    Image.objects.update(
        run_id=Subquery(job.values("run_id")[:1]),
        project_id=Subquery(attempt.values("project_id")[:1]),
        edited=Exists(JobReference.objects.filter(job=OuterRef("job_id"))),
    )
    for width, height in Image.objects.order_by().values_list("width", "height").distinct():
        Image.objects.filter(width=width, height=height).update(shape=named_ratio(width, height))


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0039_collections_and_filters"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
