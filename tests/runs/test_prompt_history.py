"""Past prompts: each once, counted, the last use first; written once the run that used them is there."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from gallery.models import PastPrompt, Run
from gallery.services.db import slices
from gallery.services.runs import prompt_history
from tests.factories import make_run
from tests.operations.test_trouble_pages import sqlite_error

pytestmark = pytest.mark.django_db


def prompts(owner, words=""):
    return [past.prompt for past in prompt_history.search_prompts(owner, words)]


def test_a_prompt_is_kept_once_with_its_uses_and_its_last_use(owner, colleague):
    for prompt in ("a door", "a boat", "a door"):
        make_run(owner, prompt=prompt)
    make_run(colleague, prompt="a door")
    assert prompts(owner) == ["a door", "a boat"]
    assert list(prompt_history.search_prompts(owner).values_list("uses", flat=True)) == [2, 1]
    assert prompts(colleague) == ["a door"]


def test_the_same_press_twice_is_one_use(owner):
    for _ in range(2):
        make_run(owner, prompt="a door", nonce="one press")
    assert PastPrompt.objects.get().uses == 1


def test_choices_are_kept_as_they_were_typed(owner):
    make_run(owner, prompt="a {red|blue} door")
    assert prompts(owner) == ["a {red|blue} door"]


def test_one_prompt_per_line_is_kept_line_by_line(owner):
    make_run(owner, prompt="a door\r\n\r\n a {red|blue} boat \na door", prompt_lines=True)
    assert prompts(owner) == ["a door", "a {red|blue} boat"]


def test_a_prompt_is_the_same_whatever_ends_its_lines(owner):
    for prompt in ("a door\nin fog", " a door\r\nin fog\n"):
        make_run(owner, prompt=prompt)
    assert prompts(owner) == ["a door\nin fog"]


def test_a_search_finds_every_word_whatever_its_case(owner):
    for prompt in ("A Red Door", "a red boat", "ein BÄR im Wald", "100 % wool"):
        make_run(owner, prompt=prompt)
    assert prompts(owner, "door RED") == ["A Red Door"]
    assert prompts(owner, "red") == ["a red boat", "A Red Door"]
    assert prompts(owner, "bär") == ["ein BÄR im Wald"]
    assert prompts(owner, "0 %") == ["100 % wool"]
    assert prompts(owner, "%") == ["100 % wool"]
    assert prompts(owner, "_") == []


def test_many_prompts_at_once_are_all_kept(owner):
    many = [f"boat {n}" for n in range(450)]
    for _ in range(2):
        prompt_history.remember_prompts(many, owner=owner, at=timezone.now())
    assert prompts(owner) == many
    assert set(PastPrompt.objects.values_list("uses", flat=True)) == {2}


def test_what_was_sent_before_there_was_a_history_is_in_it(owner, colleague, monkeypatch):
    migration = import_module("gallery.migrations.0008_prompts_presets_templates")
    monkeypatch.setattr(migration, "CHUNK", 2)
    for prompt in ("a door", "a boat", "a door", "a door", "Ein BÄR"):
        make_run(owner, prompt=prompt)
    make_run(colleague, prompt="a door")
    kept = list(PastPrompt.objects.order_by("owner", "digest").values("owner", "digest", "uses", "searched", "prompt"))
    PastPrompt.objects.all().delete()
    migration.fill_past_prompts(apps, None)
    again = PastPrompt.objects.order_by("owner", "digest").values("owner", "digest", "uses", "searched", "prompt")
    assert list(again) == kept
    assert prompts(owner) == ["Ein BÄR", "a door", "a boat"]


def test_a_search_reads_only_the_newest(owner, monkeypatch):
    monkeypatch.setattr(prompt_history, "SEARCHED_PROMPTS", 3)
    now = timezone.now()
    for age, prompt in enumerate(("boat 1", "boat 2", "boat 3", "boat 4", "boat 5")):
        prompt_history.remember_prompts([prompt], owner=owner, at=now - timedelta(hours=age))
    assert prompts(owner, "boat") == ["boat 1", "boat 2", "boat 3"]
    assert len(prompts(owner)) == 5


def test_a_run_is_bought_even_if_its_prompt_cannot_be_remembered(owner, monkeypatch):
    def locked(*_args, **_kwargs):
        assert Run.objects.get().jobs.exists()  # all of it is bought by then
        raise sqlite_error(5)

    monkeypatch.setattr(prompt_history, "remember_prompts", locked)
    run = make_run(owner, prompt="a boat")
    assert run.jobs.count() == run.size
    assert not PastPrompt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_thousands_of_prompts_are_remembered_in_slices_behind_the_run(owner, monkeypatch):
    sizes, add = [], prompt_history._add
    monkeypatch.setattr(prompt_history, "_add", lambda rows: (sizes.append(len(rows)), add(rows)))
    prompt_history.remember_prompts([f"a boat {n}" for n in range(250)], owner=owner, at=timezone.now())
    assert sizes[0] == slices.FIRST
    assert sum(sizes) == PastPrompt.objects.count() == 250
