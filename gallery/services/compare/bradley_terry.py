"""From votes to a ranking: Bradley-Terry, with its uncertainty, and which pair to judge next.

The model: each player has a strength s, and A beats B with probability s_A / (s_A + s_B) (Bradley and Terry, 1952). The
most likely strengths are found by the iteration of Hunter (MM algorithms for generalized Bradley-Terry models, 2004).
A tie counts as half a win for each. So that one win is not an infinite advantage, everybody has also played ONE_TIE
against an average player: that pulls who has few votes to the middle, and anchors the scale there.

The rating is 400 * log10(s), the scale of chess, against the average of those that are ranked: 0 is average, 100 more
wins 64 of 100, 200 more 76. Its uncertainty is the usual one, from the curvature of the likelihood (the inverse of the
Fisher information), of the distance to that average: in 19 of 20 cases the truth is within INTERVAL standard errors.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, sqrt

POINTS = 400 / log(10)  # per unit of log strength
INTERVAL = 1.96  # standard errors: 95 %
ONE_TIE = 0.5  # wins, and as many losses, against the average player
ROUNDS = 1000
CLOSE_ENOUGH = 1e-7  # of a strength, relative


Game = tuple[str, str, bool]  # better, worse, tie
Wins = defaultdict[str, float]
Games = defaultdict[str, defaultdict[str, int]]


@dataclass(frozen=True)
class Standing:
    """One player in the ranking. `rating` and `margin` in points: the truth is probably within rating ± margin."""

    player: str
    rating: float
    margin: float
    wins: float  # a tie is half a win
    votes: int

    @property
    def losses(self) -> float:
        return self.votes - self.wins

    @property
    def low(self) -> float:
        return self.rating - self.margin

    @property
    def high(self) -> float:
        return self.rating + self.margin


def rank_players(players: Iterable[str], votes: Sequence[Game]) -> list[Standing]:
    """Return the standings, best first. `votes`: (better, worse, tie), each between two different players."""
    players = list(players)
    wins, games = _count(votes)
    strengths = _strengths(players, wins, games)
    thetas = _centred(strengths)
    errors = _standard_errors(players, thetas, games)
    standings = [
        Standing(
            player, POINTS * thetas[player], INTERVAL * POINTS * errors[player], wins[player],
            sum(games[player].values()),
        ) for player in players
    ]  # fmt: skip
    return sorted(standings, key=lambda standing: -standing.rating)


def _count(votes: Iterable[Game]) -> tuple[Wins, Games]:
    """Return how much each has won, and how often each has met each."""
    wins: Wins = defaultdict(float)
    games: Games = defaultdict(lambda: defaultdict(int))
    for better, worse, tie in votes:
        wins[better] += 0.5 if tie else 1
        wins[worse] += 0.5 if tie else 0
        games[better][worse] += 1
        games[worse][better] += 1
    return wins, games


def _strengths(players: list[str], wins: Wins, games: Games) -> dict[str, float]:
    strengths = dict.fromkeys(players, 1.0)
    for _ in range(ROUNDS):
        moved = 0.0
        for player in players:
            new = _improved(player, strengths, wins, games)
            moved = max(moved, abs(new / strengths[player] - 1))
            strengths[player] = new
        if moved < CLOSE_ENOUGH:
            break
    return strengths


def _improved(player: str, strengths: dict[str, float], wins: Wins, games: Games) -> float:
    mine = strengths[player]
    met = sum(n / (mine + strengths[other]) for other, n in games[player].items())
    return (wins[player] + ONE_TIE) / (met + 2 * ONE_TIE / (mine + 1))


def _centred(strengths: dict[str, float]) -> dict[str, float]:
    """Return the log strengths, against their average."""
    logs = {player: log(strength) for player, strength in strengths.items()}
    average = sum(logs.values()) / max(len(logs), 1)
    return {player: value - average for player, value in logs.items()}


def _standard_errors(players: list[str], thetas: dict[str, float], games: Games) -> dict[str, float]:
    """Return the standard error of each log strength against their average: not of where that average lies."""
    information = [[0.0] * len(players) for _ in players]
    index = {player: n for n, player in enumerate(players)}
    for player in players:
        row = information[index[player]]
        row[index[player]] = 2 * ONE_TIE * _spread(thetas[player])
        for other, n in games[player].items():
            each = n * _spread(thetas[player] - thetas[other])
            row[index[player]] += each
            row[index[other]] -= each
    covariance = _inverted(information)
    sums = [sum(row) / len(players) for row in covariance]
    average = sum(sums) / max(len(players), 1)
    return {player: sqrt(max(covariance[n][n] - 2 * sums[n] + average, 0)) for player, n in index.items()}


def _spread(difference: float) -> float:
    """The variance of one game between players whose log strengths are so far apart."""
    p = 1 / (1 + exp(-difference))
    return p * (1 - p)


def _inverted(matrix: list[list[float]]) -> list[list[float]]:
    """Invert a positive definite matrix (Gauss and Jordan); it is as large as there are players."""
    size = len(matrix)
    rows = [[*row, *(float(n == m) for m in range(size))] for n, row in enumerate(matrix)]
    for n, pivot_row in enumerate(rows):
        pivot = pivot_row[n]
        rows[n] = pivot_row = [value / pivot for value in pivot_row]
        for m, row in enumerate(rows):
            if m != n and row[n]:
                rows[m] = [value - row[n] * lead for value, lead in zip(row, pivot_row, strict=True)]
    return [row[size:] for row in rows]


def list_open_pairs(standings: list[Standing], votes: Iterable[Game]) -> list[tuple[Standing, Standing]]:
    """Return the pairs of neighbours in this ranking that were not judged against each other yet. None: it stands.

    Every vote may change who is whose neighbour; no pair is asked twice.
    """
    judged = {frozenset(vote[:2]) for vote in votes}
    return [pair for pair in pairwise(standings) if frozenset(each.player for each in pair) not in judged]


def choose_pair(standings: list[Standing], votes: Iterable[Game]) -> tuple[str, str] | None:
    """Return the two players to judge next, of all open pairs those with the fewest votes; None if it stands."""
    found = min(list_open_pairs(standings, votes), key=lambda pair: pair[0].votes + pair[1].votes, default=None)
    return found and (found[0].player, found[1].player)
