"""Demo data looks like what a team would have made, and its rows are as true as those of paid calls."""

import io
import unicodedata
from random import Random

import pytest
from django.core.management import call_command
from django.db.models import F, Sum
from django.utils import timezone

from gallery.catalogue.prompts import prompt_syntax, prompt_variants
from gallery.models import (
    Attempt,
    CollectionImage,
    Image,
    ImageLook,
    ImageTag,
    ImageText,
    JobReference,
    LedgerEntry,
    PastPrompt,
    Rating,
    Run,
)
from gallery.models.images import Origin
from gallery.models.runs import fold_of, recipe_of
from gallery.services.demo_data.prompts import write_prompt
from gallery.services.ledger import entries
from gallery.services.search import index
from gallery.services.search.finding import find_images
from tests.factories import make_run


@pytest.mark.django_db
def test_a_gallery_is_filled_as_a_team_would_have_filled_it(owner):
    call_command("demo_data", images=1500, owner=owner.username, stdout=io.StringIO())
    everything = Image.objects.of(owner)
    images = everything.filter(origin=Origin.MADE)
    uploads = everything.filter(origin=Origin.UPLOAD).exclude(name="").count()
    true = {"job__attempt__image": F("pk"), "run": F("job__run"), "project": F("job__run__project")}
    assert images.filter(**true, created_at__lte=timezone.now()).count() + uploads == 1500
    assert Run.objects.aggregate(jobs=Sum("size")) == {"jobs": 1500 - uploads}
    assert uploads > 5
    newest = images.select_related("job").order_by("-id")[:50]
    assert [(image.fold, image.job.recipe) for image in newest] == [
        (fold_of(image.job.body()), recipe_of(image.job.body())) for image in newest
    ]
    assert list(images.order_by("id")) == list(images.order_by("created_at", "id"))
    many = {"model": 5, "shape": 4, "seed": 200, "job__prompt": 40, "created_at__date": 20}
    assert not images.filter(project=None).exists()
    for name, least in many.items():
        assert images.values(name).distinct().count() >= least, name
    picked = Rating.objects.picked().of(owner)
    assert picked.count() == Attempt.objects.filter(picked=True).count() > 5
    assert ImageTag.objects.filter(tag__owner=owner, image__owner=owner).count() > 50
    assert CollectionImage.objects.filter(collection__owner=owner).count() > 10
    assert PastPrompt.objects.of(owner).count() == images.values("job__prompt").distinct().count()
    assert JobReference.objects.filter(job__images__edited=True, reference__owner=owner).count() > 5
    assert ImageLook.objects.filter(owner=owner).count() == 1500
    assert index.find_wrong(everything.values_list("id", flat=True)) == []
    assert len(find_images(everything, "light")[:60]) == 60
    assert entries.find_differences() == []


@pytest.mark.django_db
def test_a_large_gallery_is_written_in_large_pieces_and_its_books_are_as_right(owner, monkeypatch):
    monkeypatch.setattr("gallery.services.demo_data.filling.MANY", 100)
    call_command("demo_data", images=400, owner=owner.username, stdout=io.StringIO())
    assert Image.objects.of(owner).count() == ImageText.objects.count() == 400
    assert Attempt.objects.count() == Image.objects.filter(origin=Origin.MADE).count()
    assert (entries.find_differences(), LedgerEntry.objects.count()) == ([], 0)
    attempt = Attempt.objects.latest("id")
    Attempt.objects.filter(pk=attempt.pk).update(micros=attempt.micros + 7)
    assert LedgerEntry.objects.count() == 1  # the journal goes on


@pytest.mark.django_db
def test_rows_that_come_after_demo_data_have_numbers_of_their_own(owner):
    call_command("demo_data", images=3, stdout=io.StringIO())
    newest = Run.objects.latest("id").pk
    assert make_run(owner, size="64x64").pk > newest


def test_prompts_are_of_many_scripts_and_mean_what_they_say():
    prompts = [write_prompt(Random(n)) for n in range(2000)]
    assert len(set(prompts)) > 1900
    for script in ("CJK", "HIRAGANA", "HANGUL", "THAI", "ARABIC"):
        assert any(unicodedata.name(letter, "").startswith(script) for text in prompts for letter in text), script
    assert not any(prompt_variants.doubts(text) for text in prompts)
    assert all(prompt_syntax.escaped(text) == text for text in prompts)
