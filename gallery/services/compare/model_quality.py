"""Quality for money: what the votes say of each FLUX model, beside its price, its time and how much of it is kept.

Only pairs of one and the same prompt count: of two prompts, the vote might be for the prompt. A pair of one model says
nothing about models. Price and time are those of the pictures that were judged.
"""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, Sum

from gallery.catalogue.numbers.ratios import permille, rounded
from gallery.catalogue.prompts.asked_words import RIGHT
from gallery.models import Attempt, ImageWords, Rating, Repeat, User, Vote
from gallery.models.ratings import Verdict
from gallery.models.repeats import Similarity
from gallery.services.compare import bradley_terry

FEW_VOTES = 10  # of a model: fewer say nothing


CountedVote = tuple[str, str, bool, bool, int]  # better model, worse model, tie, blind, how many


class Spelling(NamedTuple):
    """Pictures in which words were looked for, those of them with every word right, and what all of them cost."""

    right: int = 0
    read: int = 0
    micros: int = 0


@dataclass
class Quality:
    """One FLUX model. `standing` is None without votes; `price_micros` and `seconds` are averages or None."""

    model: str
    standing: bradley_terry.Standing | None
    price_micros: int | None
    seconds: float | None
    picked: int
    judged: int  # picked or rejected
    blind: int  # of its votes, those without names
    repeats: dict[str, int]  # similarity to how often the same request gave that
    spelling: Spelling
    best_for_its_price: bool = False

    @property
    def votes(self) -> int:
        return self.standing.votes if self.standing else 0

    @property
    def too_few(self) -> bool:
        return self.votes < FEW_VOTES

    @property
    def kept_permille(self) -> int | None:
        return permille(self.picked, self.judged)

    @property
    def micros_per_kept(self) -> int | None:
        """What one kept picture costs: its price, and its share of those that were rejected."""
        if not self.picked or self.price_micros is None:
            return None
        return rounded(self.price_micros * self.judged, self.picked)

    @property
    def micros_per_spelled(self) -> int | None:
        """What one picture with its words spelled right costs: its price, and its share of the others."""
        return rounded(self.spelling.micros, self.spelling.right) if self.spelling.right else None

    @property
    def repeated(self) -> int:
        return sum(self.repeats.values())

    @property
    def repeated_alike(self) -> int:
        return self.repeats.get(Similarity.IDENTICAL, 0) + self.repeats.get(Similarity.SAME, 0)


def assess_models(*, user: User | None = None, word: str = "") -> list[Quality]:
    """Return the qualities of all models that anybody (or only this member) has judged, best first.

    `word`: only pictures whose prompt contains it.
    """
    votes = _votes(user, word)
    standings = {each.player: each for each in bradley_terry.rank_players(*_games(votes))}
    picks, facts, repeats, spelled = _picks(user, word), _facts(user, word), _repeats(user, word), _spelled(user, word)
    found = [
        Quality(
            model, standings.get(model), *facts.get(model, (None, None)), *picks.get(model, (0, 0)),
            _blind_votes(votes, model), repeats.get(model, {}), spelled.get(model, Spelling()),
        ) for model in {*standings, *picks, *repeats, *spelled}
    ]  # fmt: skip
    found.sort(key=lambda each: (each.standing is None, -each.standing.rating if each.standing else 0, each.model))
    _mark_best(found)
    return found


def has_enough_votes(found: list[Quality]) -> bool:
    """Whether at least two models have votes enough to be told apart."""
    return sum(not each.too_few for each in found) > 1


def _mark_best(found: list[Quality]) -> None:
    """Mark each that no cheaper one equals: who pays less gets less."""
    rated = [
        (each, each.price_micros, each.standing.rating)
        for each in found
        if each.standing and not each.too_few and each.price_micros is not None
    ]
    for each, price, rating in rated:
        cheaper = [theirs for other, costs, theirs in rated if costs <= price and other is not each]
        each.best_for_its_price = all(theirs < rating for theirs in cheaper)


def _votes(user: User | None, word: str) -> list[CountedVote]:
    """Return (better model, worse model, tie, blind, how many)."""
    prompt = "better_attempt__job__prompt"
    votes = Vote.objects.filter(better_attempt__demo=settings.DEMO, **{prompt: F("worse_attempt__job__prompt")})
    votes = _narrowed(votes.exclude(better_attempt__model=F("worse_attempt__model")), user, word, prompt=prompt)
    games = votes.values_list("better_attempt__model", "worse_attempt__model", "tie", "blind")
    return list(games.annotate(n=Count("id")).order_by("better_attempt__model", "worse_attempt__model", "tie", "blind"))


def _games(votes: list[CountedVote]) -> tuple[dict[str, None], list[bradley_terry.Game]]:
    """Return the models and every single game of theirs."""
    models = dict.fromkeys(model for vote in votes for model in vote[:2])
    return models, [(better, worse, tie) for better, worse, tie, _, n in votes for _ in range(n)]


def _blind_votes(votes: list[CountedVote], model: str) -> int:
    return sum(n for better, worse, _, blind, n in votes if blind and model in (better, worse))


def _picks(user: User | None, word: str) -> dict[str, tuple[int, int]]:
    """Return {model: (picked, picked or rejected)}."""
    rated = Rating.objects.filter(attempt__demo=settings.DEMO).exclude(verdict=Verdict.NONE)
    rated = _narrowed(rated, user, word, prompt="attempt__job__prompt")
    picked = Count("id", filter=Q(verdict=Verdict.PICK))
    rows = rated.order_by().values_list("attempt__model").annotate(picked=picked, judged=Count("id"))
    return {model: (picked, judged) for model, picked, judged in rows}


def _facts(user: User | None, word: str) -> dict[str, tuple[int | None, float | None]]:
    """Return {model: (average price in micros, average seconds)} of the calls whose pictures were judged."""
    rated, votes = Rating.objects.all(), Vote.objects.all()
    if user:
        rated, votes = rated.of(user), votes.of(user)
    judged = [rated.values("attempt"), votes.values("better_attempt"), votes.values("worse_attempt")]
    judged_by = reduce(or_, (Q(pk__in=each) for each in judged))
    calls = _narrowed(Attempt.objects.filter(judged_by, demo=settings.DEMO), None, word, prompt="job__prompt")
    took = ExpressionWrapper(F("answered_at") - F("sent_at"), output_field=DurationField())
    rows = calls.order_by().values_list("model").annotate(price=Avg("micros"), took=Avg(took))
    return {model: (round(price), took.total_seconds() if took else None) for model, price, took in rows}


def _repeats(user: User | None, word: str) -> dict[str, dict[str, int]]:
    """Return {model: {similarity: how often}}."""
    repeats = Repeat.objects.measured().filter(job__demo=settings.DEMO)
    if user:
        repeats = repeats.filter(job__owner=user)
    repeats = _narrowed(repeats, None, word, prompt="job__prompt")
    found: dict[str, dict[str, int]] = {}
    for model, similarity, n in repeats.order_by().values_list("job__model", "similarity").annotate(n=Count("id")):
        found.setdefault(model, {})[similarity] = n
    return found


def _spelled(user: User | None, word: str) -> dict[str, Spelling]:
    """Return {model: how it spells the words that prompts put in quotes}."""
    rows = _narrowed(ImageWords.objects.read(), user, word, prompt="image__job__prompt")
    right = Count("image", filter=Q(verdict=RIGHT))
    found = rows.filter(image__attempt__demo=settings.DEMO).order_by().values_list("image__model")
    sums = found.annotate(right=right, read=Count("image"), micros=Sum("image__attempt__micros"))
    return {model: Spelling(right, read, micros or 0) for model, right, read, micros in sums}


def _narrowed(rows: Any, user: User | None, word: str, *, prompt: str) -> Any:
    rows = rows.of(user) if user else rows
    return rows.filter(**{f"{prompt}__icontains": word}) if word else rows
