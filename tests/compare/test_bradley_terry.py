"""From votes to a ranking: Bradley-Terry as it is known from elsewhere, honest about how little it knows."""

from itertools import pairwise
from math import log10, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.services.compare import bradley_terry

NAMES = "abcdef"


def ratings(standings):
    return {each.player: each.rating for each in standings}


def test_without_votes_all_are_average_and_nothing_is_known():
    standings = bradley_terry.rank_players("abc", [])
    assert ratings(standings) == pytest.approx({"a": 0, "b": 0, "c": 0}, abs=1e-6)
    # One tie against the average player has the information 1/4: a variance of 4, of which 2/3 are about the others.
    assert [each.margin for each in standings] == pytest.approx([1.96 * sqrt(4 * 2 / 3) * bradley_terry.POINTS] * 3)


def test_two_players_are_as_far_apart_as_their_games_say():
    """With many games the prior weighs nothing: 75 of 100 wins are odds of 3, which is 400 log10(3) points."""
    votes = [("a", "b", False)] * 7500 + [("b", "a", False)] * 2500
    found = ratings(bradley_terry.rank_players("ab", votes))
    assert found["a"] - found["b"] == pytest.approx(400 * log10(3), abs=0.5)


def test_strengths_are_those_of_a_textbook():
    """Agresti, Categorical Data Analysis, table 10.10: the American League of 1987, seven teams, 13 games each pair."""
    teams = ["Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore"]
    wins = [
        [0, 7, 9, 7, 7, 9, 11], [6, 0, 7, 5, 11, 9, 9], [4, 6, 0, 7, 7, 8, 12], [6, 8, 6, 0, 6, 7, 10],
        [6, 2, 6, 7, 0, 7, 12], [4, 4, 5, 6, 6, 0, 6], [2, 4, 1, 3, 1, 7, 0],
    ]  # fmt: skip
    votes = [
        (team, teams[m], False) for n, team in enumerate(teams) for m in range(7) for _ in range(100 * wins[n][m])
    ]  # a hundred times each, so that the prior weighs nothing
    found = ratings(bradley_terry.rank_players(teams, votes))
    logs = {team: (found[team] - found["Baltimore"]) / bradley_terry.POINTS for team in teams}
    book = {"Milwaukee": 1.58, "Detroit": 1.44, "Toronto": 1.29, "New York": 1.25, "Boston": 1.11, "Cleveland": 0.68}
    assert {team: logs[team] for team in book} == pytest.approx(book, abs=0.02)


def test_more_votes_make_the_margin_smaller_as_the_root_of_their_number():
    few = bradley_terry.rank_players("ab", [("a", "b", True)] * 400)
    many = bradley_terry.rank_players("ab", [("a", "b", True)] * 40_000)
    assert few[0].margin / many[0].margin == pytest.approx(10, rel=0.01)


def test_a_tie_is_half_a_win():
    standings = bradley_terry.rank_players("ab", [("a", "b", True)] * 3)
    assert [(each.wins, each.losses, each.votes) for each in standings] == [(1.5, 1.5, 3)] * 2
    assert ratings(standings) == pytest.approx({"a": 0, "b": 0}, abs=1e-6)


def test_who_has_won_everything_is_not_infinitely_good():
    best, worst = bradley_terry.rank_players("ab", [("a", "b", False)] * 5)
    assert best.player == "a"
    assert 100 < best.rating < 1000
    assert best.low < best.rating < best.high
    assert worst.rating == pytest.approx(-best.rating, abs=1e-3)


votes_between = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.booleans()).filter(lambda vote: vote[0] != vote[1]),
    max_size=40,
)


@given(votes=votes_between)
def test_a_better_rating_never_comes_from_a_lost_game(votes):
    before = ratings(bradley_terry.rank_players(NAMES, votes))
    after = ratings(bradley_terry.rank_players(NAMES, [*votes, ("a", "b", False)]))
    assert after["a"] >= before["a"] - 1e-3
    assert after["b"] <= before["b"] + 1e-3


@given(votes=votes_between)
def test_the_order_of_votes_does_not_matter(votes):
    there, back = bradley_terry.rank_players(NAMES, votes), bradley_terry.rank_players(NAMES, votes[::-1])
    assert ratings(there) == pytest.approx(ratings(back), abs=0.01)
    assert all(one.rating >= other.rating for one, other in pairwise(there))


@pytest.mark.parametrize("count", [2, 3, 8, 12])
def test_pair_by_pair_one_who_knows_the_order_gets_it(count):
    """Players arrive in any order; nobody is asked the same twice, nor every pair there is."""
    truth = [(n * 7 + 3) % count if count % 7 else n for n in range(count)]
    votes = []
    while pair := bradley_terry.choose_pair(bradley_terry.rank_players(truth, votes), votes):
        assert {frozenset(pair)}.isdisjoint(frozenset(vote[:2]) for vote in votes)
        votes.append((min(pair), max(pair), False))
    assert [each.player for each in bradley_terry.rank_players(truth, votes)] == list(range(count))
    assert len(votes) <= count * (count - 1) // 2
    if count == 12:
        assert len(votes) < 45  # of 66


@given(answers=st.lists(st.sampled_from(["one", "other", "tie"]), min_size=15, max_size=15))
def test_whatever_is_answered_it_ends(answers):
    votes = []
    while pair := bradley_terry.choose_pair(bradley_terry.rank_players(NAMES, votes), votes):
        answer = answers[len(votes)]
        one, other = pair if answer != "other" else pair[::-1]
        votes.append((one, other, answer == "tie"))
    for one, other in pairwise(each.player for each in bradley_terry.rank_players(NAMES, votes)):
        assert {one, other} in [set(vote[:2]) for vote in votes]
