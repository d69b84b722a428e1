"""Quality for money: only fair votes count, and too few say nothing."""

from datetime import timedelta

import pytest
from django.db.models import F

from gallery.models import Attempt, Repeat
from gallery.services.compare import model_quality, ratings
from tests.factories import make_run
from tests.rows import finish

pytestmark = pytest.mark.django_db

CHEAP, DEAR = "flux-2-klein-4b", "flux-2-pro"


def pictures(owner, *, prompt="a red door", models=(CHEAP, DEAR), seed="1..12"):
    """Make finished pictures; return them by model."""
    images = finish(make_run(owner, prompt=prompt, models=models, seed=seed, size="64x64"))
    return [[image for image in images if image.model == model] for model in models]


def vote_all(owner, better, worse, **how):
    for one, other in zip(better, worse, strict=True):
        ratings.save_vote(one, other, user=owner, **how)


def by_model(found):
    return {each.model: each for each in found}


def test_who_wins_is_rated_higher_and_both_say_what_they_cost(owner):
    cheap, dear = pictures(owner)
    vote_all(owner, dear, cheap, blind=True)
    Attempt.objects.update(answered_at=F("sent_at") + timedelta(seconds=5))
    best, worst = model_quality.assess_models(user=owner)
    assert (best.model, worst.model) == (DEAR, CHEAP)
    assert best.standing.low > worst.standing.high
    assert (best.price_micros, worst.price_micros) == (30_000, 10_000)
    assert (best.seconds, best.votes, best.blind, best.too_few) == (5, 12, 12, False)
    assert model_quality.has_enough_votes([best, worst])


def test_the_best_for_its_price_is_what_nothing_cheaper_equals(owner):
    cheap, dear = pictures(owner)
    vote_all(owner, dear, cheap)
    assert all(each.best_for_its_price for each in model_quality.assess_models(user=owner))
    vote_all(owner, cheap, dear)
    found = by_model(model_quality.assess_models(user=owner))
    assert (found[CHEAP].best_for_its_price, found[DEAR].best_for_its_price) == (True, False)


def test_few_votes_say_nothing(owner):
    cheap, dear = pictures(owner, seed="1..9")
    vote_all(owner, dear, cheap)
    found = model_quality.assess_models(user=owner)
    assert all(each.too_few and not each.best_for_its_price for each in found)
    assert not model_quality.has_enough_votes(found)


def test_votes_on_two_prompts_or_within_one_model_do_not_count(owner):
    cheap, dear = pictures(owner)
    other, _ = pictures(owner, prompt="a blue door")
    vote_all(owner, dear, other)
    vote_all(owner, cheap[:6], cheap[6:])
    assert model_quality.assess_models(user=owner) == []


def test_what_is_kept_and_what_a_kept_one_costs(owner):
    cheap, _ = pictures(owner)
    ratings.rate_images(cheap[:3], user=owner, verdict="pick")
    ratings.rate_images(cheap[3:12], user=owner, verdict="reject")
    ratings.rate_images(cheap[:12], user=owner, stars=3)
    (found,) = model_quality.assess_models(user=owner)
    assert (found.kept_permille, found.judged, found.micros_per_kept) == (250, 12, 40_000)
    assert found.standing is None


def test_a_word_narrows_and_others_votes_are_the_teams(owner, colleague):
    cheap, dear = pictures(owner)
    blue_cheap, blue_dear = pictures(owner, prompt="a blue door")
    vote_all(owner, dear, cheap)
    vote_all(owner, blue_cheap, blue_dear)
    vote_all(colleague, *pictures(colleague)[::-1])
    assert [each.model for each in model_quality.assess_models(user=owner, word="BLUE")] == [CHEAP, DEAR]
    assert by_model(model_quality.assess_models(user=owner))[DEAR].votes == 24
    assert by_model(model_quality.assess_models())[DEAR].votes == 36
    assert model_quality.assess_models(user=owner, word="green") == []


def test_repeats_are_facts_of_their_model(owner):
    cheap, _ = pictures(owner)
    for image, twin, said in zip(cheap, cheap[3:], ("identical", "same", "different"), strict=False):
        Repeat.objects.create(image=image, job=twin.job, similarity=said)
    (found,) = model_quality.assess_models(user=owner)
    assert (found.repeated, found.repeated_alike) == (3, 2)
