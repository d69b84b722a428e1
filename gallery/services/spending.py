"""The sums of what was spent: the journal of the attempts is folded into counters, a few rows at a time.

Every change of an attempt's money leaves a movement (models/journal.py). Movements are only ever added, so nobody waits
for anybody when several workers record at the same moment; sums are touched here alone, by whoever holds the gates'
lock. Until then the waiting movements count too: what reads the sums adds them, and is exact at every moment.
"""

from collections import defaultdict
from contextlib import contextmanager

from django.db import connection
from django.db.models import Exists, OuterRef

from gallery.models import Attempt, DaySpend, Mark, Movement, journal
from gallery.models.spending import AMOUNTS, DIMENSIONS, terms
from gallery.services import budget_counts, gate, rollups
from gallery.services.commits import committing
from gallery.services.rollups import delta_of

MOST_AT_ONCE = 5_000  # movements: so many are held in memory

ATTEMPTS, MOVEMENTS, DAYS = (model._meta.db_table for model in (Attempt, Movement, DaySpend))
PLACE, SUMS = ", ".join(DIMENSIONS), ", ".join(AMOUNTS)
TAKE = (
    f"DELETE FROM {MOVEMENTS} WHERE id IN (SELECT id FROM {MOVEMENTS} ORDER BY id LIMIT %s)"  # noqa: S608
    f" RETURNING {PLACE}, {SUMS}"
)
COUNT_ANEW = (
    f"INSERT INTO {DAYS} ({PLACE}, {SUMS})"  # noqa: S608
    f" SELECT {PLACE}, {', '.join(f'SUM({term})' for term in terms(ATTEMPTS))} FROM {ATTEMPTS} GROUP BY {PLACE}"
)
COMPARE = (
    f"SELECT {PLACE}, {', '.join(f'CAST(SUM({name}) AS BIGINT)' for name in AMOUNTS)} FROM ("  # noqa: S608
    f" SELECT {PLACE}, {SUMS} FROM {DAYS} UNION ALL SELECT {PLACE}, {SUMS} FROM {MOVEMENTS} UNION ALL"
    f" SELECT {PLACE}, {', '.join(f'-({term})' for term in terms(ATTEMPTS))} FROM {ATTEMPTS}"
    f") AS kept_less_counted GROUP BY {PLACE} HAVING {' OR '.join(f'SUM({name}) <> 0' for name in AMOUNTS)}"
)


def fold_movements():
    """Fold what waits into every counter, in the caller's transaction, which must hold the gates' lock."""
    with connection.cursor() as cursor:
        while taken := _take(cursor):
            if deltas := _deltas(taken):
                for add in COUNTERS:
                    add(deltas)


def _take(cursor):
    """Read and remove in one statement: a movement that somebody commits meanwhile waits for the next fold."""
    cursor.execute(TAKE, [MOST_AT_ONCE])
    return cursor.fetchall()


def fold():
    """Fold what waits, if anything does: of a sweep, or after many rows were written."""
    if Movement.objects.exists():
        with committing():
            gate.lock_gates()
            fold_movements()


def _deltas(taken):
    """Add up movements by their place; what came and went again is left out."""
    sums = defaultdict(lambda: [0] * len(AMOUNTS))
    for row in taken:
        place = row[: len(DIMENSIONS)]
        sums[place] = [a + b for a, b in zip(sums[place], row[len(DIMENSIONS) :], strict=True)]
    return [delta_of(place, amounts) for place, amounts in sums.items() if any(amounts)]


# Each takes a list of Delta, inside the transaction of the fold. A counter of its own begins from DaySpend.
COUNTERS = [rollups.add, budget_counts.add]


def note_kept(images):
    """Count pictures as kept if somebody picks them, and no longer if nobody does."""
    picked = Exists(Mark.objects.kept().filter(image__attempt=OuterRef("pk")))
    Attempt.objects.filter(image__in=images).update(kept=picked)


def note_shared(images):
    """Count pictures as shared, for good: a link that is revoked has been of use."""
    Attempt.objects.filter(image__in=images, shared=False).update(shared=True)


def differences():
    """Return as Delta by how much the roll-ups, with the waiting movements, are more than the attempts say."""
    with connection.cursor() as cursor:
        cursor.execute(COMPARE)  # one statement: one moment
        found = [delta_of(row[: len(DIMENSIONS)], row[len(DIMENSIONS) :]) for row in cursor.fetchall()]
    return found + rollups.differences()


def rebuild():
    """Count the roll-up anew from the attempts, while everybody who claims or records waits; return what differed."""
    with standing_still(), connection.cursor() as cursor:
        differed = differences()
        for table in (MOVEMENTS, DAYS):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        cursor.execute(COUNT_ANEW)
        rollups.begin_coarse()
        budget_counts.begin_all()
    return differed


@contextmanager
def standing_still():
    """Open a transaction in which nobody claims or records."""
    with committing(), connection.cursor() as cursor:
        gate.lock_gates()
        if connection.vendor == "postgresql":
            cursor.execute(f"LOCK TABLE {ATTEMPTS} IN SHARE MODE")
        yield


def before_migrate(*, using, plan, **_):
    """Let a migration change the tables that the journal's triggers stand on."""
    if plan:
        journal.remove(using=using)


def after_migrate(*, using, **_):
    """Put the triggers back. While they were away a worker may have recorded something: then all is counted anew."""
    if journal.install(using=using) and Attempt.objects.exists():
        rebuild()
