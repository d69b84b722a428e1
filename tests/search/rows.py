"""Pictures with texts of one's own, and what the plain matcher says of them."""

from gallery.catalogue.search.grammar import parse_query
from gallery.catalogue.search.matching import matches
from gallery.models import Image, ImageText, Job
from gallery.services.search import finding, index
from tests.rows import make_images


def make_prompted(owner, *prompts):
    """Make a picture for each prompt; all of them can be found. Return them, oldest first."""
    images = make_images(owner, len(prompts))
    for image, prompt in zip(images, prompts, strict=True):
        Job.objects.filter(pk=image.job_id).update(prompt=prompt)
    index.mark_changed([image.id for image in images])
    index.index_changes()
    return images


def found(text, rows=None, **options):
    """Return the ids that a search finds."""
    rows = Image.objects.kept() if rows is None else rows
    return [image.id for image in finding.find_images(rows, text, **options)]


def found_prompts(text):
    """Return the prompts that a search finds, oldest first."""
    return [image.prompt for image in finding.find_images(Image.objects.kept(), text)][::-1]


def matched(text):
    """Return the ids whose texts the plain matcher finds, newest first."""
    query = parse_query(text)
    return [row.pk for row in ImageText.objects.order_by("-pk") if matches(query, row.text)]
