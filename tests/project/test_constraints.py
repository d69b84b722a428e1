"""What must never be in the books, refused by the database itself."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from gallery.models import Attempt, Gate, Image, Invite, Job, Project, Run, User, Worker
from gallery.models.keys import KEY_LENGTH, KeyField, random_key
from gallery.models.people import digest_of
from gallery.services.accounts import invites
from tests.factories import make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(owner):
    return make_run(owner, seed="1..2").jobs.order_by("position").first()


@pytest.fixture
def attempt(job):
    made = Attempt.for_job(job, project_id=None)
    made.save()
    return made


def refused(rows, constraint="", **values):
    """Try to write these values and return whether the database refused them."""
    try:
        with transaction.atomic():
            rows.update(**values)
    except IntegrityError as error:
        return constraint in str(error) or "UNIQUE" in str(error)
    return False


@pytest.mark.parametrize(
    ("values", "constraint"),
    [({"state": "WAITING"}, "job_state_known"), ({"state": ""}, "job_state_known"),
     ({"state": "done"}, "job_state_known"), ({"quoted_micros": -1}, "job_quote_not_negative")],
)  # fmt: skip
def test_a_job_is_in_a_known_state_at_a_known_price(job, values, constraint):
    assert refused(Job.objects.filter(pk=job.pk), constraint, **values)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"money": "perhaps"}, "attempt_money_known"),
        ({"micros": -1}, "attempt_micros_not_negative"),
        ({"money": "charged"}, "attempt_paid_only_if_sent"),
        ({"money": "uncertain"}, "attempt_paid_only_if_sent"),
        ({"fetch": "wanted"}, "attempt_fetch_needs_url"),
    ],
)
def test_an_attempt_is_paid_only_if_it_was_sent(attempt, values, constraint):
    rows = Attempt.objects.filter(pk=attempt.pk)
    assert refused(rows, constraint, **values)
    now = timezone.now()
    assert not refused(rows, money="charged", sent_at=now, fetch="wanted", url="https://x.bfl.ai/1")


def test_one_press_is_one_run(owner, colleague):
    run = make_run(owner, seed="1")
    facts = {"nonce": run.nonce, "digest": run.digest, "form": {}, "demo": False, "size": 1, "quoted_micros": 1}
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(owner=owner, **facts)
    assert Run.objects.create(owner=colleague, **facts).pk
    assert Run.objects.create(owner=owner, **facts | {"digest": "other"}).pk


def test_no_two_jobs_of_a_run_stand_in_the_same_place(job):
    other = Job.objects.exclude(pk=job.pk).filter(run=job.run)
    assert refused(other, position=job.position)


def test_an_attempt_belongs_to_one_job_at_a_time_and_makes_one_image(job, attempt):
    other = Job.objects.exclude(pk=job.pk).filter(run=job.run)
    Job.objects.filter(pk=job.pk).update(attempt=attempt)
    assert refused(other, attempt=attempt)
    facts = {"owner": job.owner, "job": job, "attempt": attempt, "seed": 1, "width": 1, "height": 1, "bytes": 1}
    Image.objects.create(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Image.objects.create(**facts)


def test_what_has_been_paid_is_never_deleted_with_its_owner(owner, attempt):
    for row in (owner, attempt.job, attempt.job.run):
        with pytest.raises(models.ProtectedError):
            row.delete()
    assert Attempt.objects.filter(pk=attempt.pk).exists()


def test_a_worker_and_a_project_may_go_and_the_books_stay(owner, attempt):
    worker = Worker.objects.create(host="x", pid=1, pid_began="", demo=False, threads=1)
    Attempt.objects.update(worker=worker)
    project = Project.objects.create(name="Docks")
    Run.objects.update(project=project)
    worker.delete()
    project.delete()
    attempt.refresh_from_db()
    assert (attempt.worker, attempt.job.run.project) == (None, None)


@pytest.mark.parametrize("role", ["", "king"])
def test_a_member_has_a_known_role(owner, role):
    assert refused(User.objects.filter(pk=owner.pk), "user_role_known", role=role)


def test_a_gate_stands_once_for_each_name():
    Gate.objects.create(name="key")
    with pytest.raises(IntegrityError), transaction.atomic():
        Gate.objects.create(name="key")


def test_keys_are_random_and_tell_no_order():
    keys = [random_key() for _ in range(1000)]
    assert len(set(keys)) == 1000
    assert keys != sorted(keys)
    assert all(len(key) == KEY_LENGTH and key.isascii() and key.isalnum() for key in keys)
    places = list(zip(*keys, strict=True))
    assert all(len(set(place)) > 40 for place in places)  # of 62: no place of a key stands still or counts


@pytest.mark.parametrize("model", [Run, Job, Attempt, Image, Worker])
def test_every_row_with_an_address_has_a_unique_random_key(model):
    field = model._meta.get_field("key")
    assert isinstance(field, KeyField)
    assert field.unique
    assert field.default is random_key
    assert field.get_default() != field.get_default()


def test_only_the_digest_of_a_link_is_kept():
    token = invites.create_invite(role="member")
    invite = Invite.objects.get()
    assert invite.digest == digest_of(token)
    assert token not in str(vars(invite))
    assert timedelta(days=6, hours=23) < invite.expires_at - timezone.now() <= timedelta(days=7)
