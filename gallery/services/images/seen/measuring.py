"""What the worker measures of pictures when nothing else is to be done, and who hears of it: the page of their run."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from gallery.catalogue.prompts.asked_words import quoted_words
from gallery.catalogue.prompts.prompt_facts import hex_colours
from gallery.models import Image, ImageWords, Job, Run
from gallery.models.finding.words import TO_READ
from gallery.models.images import MOST_LOOKS
from gallery.services.db.transactions import write_transaction
from gallery.services.jobs import transitions
from gallery.services.media.seeing import looks, words
from gallery.services.media.seeing.word_reader import WordReader, installed_reader

WAITED_FOR = timedelta(minutes=10)  # by a page that shows what comes of colours and words


def measure_next_look() -> bool:
    """Measure the newest picture that nobody has looked at; return whether there was one."""
    image = looks.measure_next_look()
    if image and hex_colours(image.prompt):
        _tell_runs([image])
    return image is not None


def read_next_words(reader: WordReader | None = None) -> bool:
    """Read the newest pictures whose words nobody has read, if there is a reader; return whether there were any."""
    images = words.read_next_words(reader or installed_reader())
    _tell_runs(images)
    return bool(images)


def is_waited_for(run: Run) -> bool:
    """Whether something is still to be measured that the page of a run shows."""
    new = Q(run=run, created_at__gt=timezone.now() - WAITED_FOR)
    asks_words = bool(quoted_words(run.prompt)) and installed_reader() is not None
    if not (asks_words or hex_colours(run.prompt)):
        return False
    unread = ImageWords.objects.filter(TO_READ, image__in=Image.objects.filter(new))
    return Image.objects.filter(new, look_tries__lt=MOST_LOOKS).exists() or (asks_words and unread.exists())


def _tell_runs(images: Iterable[Image]) -> None:
    """Let open pages ask for these cells again."""
    jobs = [image.job for image in images if image.job]
    for job in jobs:
        with write_transaction():
            Job.objects.filter(pk=job.pk).update(version=transitions.bump_run_version(job.run_id))
