"""What members think: one rating for each picture, one vote for each pair."""

import pytest
from django.db import IntegrityError, transaction

from gallery.models import Attempt, Rating, Vote
from gallery.services.compare import ratings
from gallery.services.db import slices
from tests.rows import make_images

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(owner):
    return make_images(owner, 2)


def test_ratings_of_two_members_are_apart(owner, colleague, pair):
    ratings.rate_images(pair, user=owner, verdict="pick")
    ratings.rate_images(pair[:1], user=colleague, stars=3)
    assert {key: rating.verdict for key, rating in ratings.ratings_of(owner, pair).items()} == {
        pair[0].id: "pick",
        pair[1].id: "pick",
    }
    assert [rating.stars for rating in ratings.ratings_of(colleague, pair).values()] == [3]
    assert Rating.objects.picked().count() == 2


def test_who_votes_again_has_changed_their_mind(owner, colleague, pair):
    one, two = pair
    ratings.save_vote(one, two, user=owner)
    ratings.save_vote(two, one, user=owner, blind=True)
    ratings.save_vote(one, two, user=colleague, tie=True)
    (mine,) = ratings.votes_of(owner, pair)
    assert (mine.better, mine.worse, mine.tie, mine.blind) == (two, one, False, True)
    assert Vote.objects.count() == 2


@pytest.mark.parametrize("turned", [False, True])
def test_the_database_keeps_one_vote_for_each_pair(owner, pair, turned):
    one, two = pair
    Vote.objects.create(user=owner, better=one, worse=two, blind=False)
    better, worse = (two, one) if turned else (one, two)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(user=owner, better=better, worse=worse, blind=False)


def test_the_database_refuses_what_cannot_be_thought(owner, pair):
    one, _ = pair
    for wrong in ({"stars": 6}, {"verdict": "thrice"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Rating.objects.create(user=owner, image=one, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(user=owner, better=one, worse=one, blind=False)


@pytest.mark.django_db(transaction=True)
def test_a_large_selection_is_rated_in_slices(owner, monkeypatch):
    images = make_images(owner, 120)
    sizes, rate = [], ratings._rate
    monkeypatch.setattr(ratings, "_rate", lambda part, **said: (sizes.append(len(part)), rate(part, **said)))
    ratings.rate_images(images, user=owner, verdict="pick")
    assert sizes[0] == slices.FIRST
    assert sum(sizes) == Rating.objects.picked().count() == Attempt.objects.filter(picked=True).count() == 120
