"""Demo data looks like what a team would have made, and its rows are as true as those of paid calls."""

import io
import unicodedata
from random import Random

import pytest
from django.core.management import call_command
from django.db.models import F, Sum
from django.utils import timezone

from gallery.catalogue.prompts import prompt_syntax, prompt_variants
from gallery.models import Attempt, CollectionImage, Image, ImageTag, PastPrompt, Rating, Run
from gallery.services.demo_data.prompts import write_prompt
from gallery.services.ledger import entries
from tests.factories import make_run


@pytest.mark.django_db
def test_a_gallery_is_filled_as_a_team_would_have_filled_it(owner):
    call_command("demo_data", images=1500, owner=owner.username, stdout=io.StringIO())
    images = Image.objects.of(owner)
    assert images.filter(job__attempt__image=F("pk"), run=F("job__run"), created_at__lte=timezone.now()).count() == 1500
    assert Run.objects.aggregate(jobs=Sum("size")) == {"jobs": 1500}
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
    assert entries.find_differences() == []


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
