"""What only a person may decide about a single job: buy it again, settle it, release or drop what is held."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from gallery.models import Attempt, Image
from gallery.services.paid_calls import resolution
from gallery.services.storage import files
from gallery.simulator import faults
from tests.factories import make_run, states
from tests.pages import Page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def uncertain(owner, worker, provider_server, world):
    """A job whose call was cut: it may have been paid."""
    run = make_run(owner, seed="7", size="64x64")
    world.script(faults.CutBeforeAnswer())
    worker.call()
    return run.jobs.get()


@pytest.fixture
def held(owner, worker, provider_server, world, settings):
    """A job whose picture came from a host that is not listed: its file is held aside."""
    run = make_run(owner, seed="7", size="64x64")
    attempt = worker.call()
    with files.incoming_file() as file:
        file.write(world.picture(world.till[0].result_url))
        name = files.publish_file(file, f"held/{attempt.key}")
    Attempt.objects.update(held_name=name, fetch="blocked", host="elsewhere.example")
    run.jobs.update(state="BLOCKED", reason="blocked")
    return run.jobs.get()


def post(client, verb, job, **form):
    return client.post(reverse(f"job-{verb}", args=[job.key]), form, follow=True)


def test_asking_again_buys_it_once_more_and_both_calls_stay_on_the_books(owner_client, uncertain, worker, world):
    page = Page(owner_client.get(reverse("run", args=[uncertain.run.key])))
    assert page.one("form", action=reverse("job-again", args=[uncertain.key]))
    post(owner_client, "again", uncertain)
    assert worker.work() == 1
    assert states(uncertain.run) == ["DONE"]
    assert list(Attempt.objects.order_by("id").values_list("money", flat=True)) == ["uncertain", "charged"]
    assert len(world.till) == 2


def test_asking_again_twice_buys_it_once(owner_client, uncertain, worker, world):
    post(owner_client, "again", uncertain)
    second = post(owner_client, "again", uncertain)
    assert "nothing was bought" in Page(second).one(class_="toast").text
    assert worker.work() == 1


def test_a_picture_that_is_there_is_not_bought_again(owner, owner_client, worker, provider_server, world):
    run = make_run(owner, seed="7", size="64x64")
    worker.work()
    post(owner_client, "again", run.jobs.get())
    assert states(run) == ["DONE"]
    assert worker.work() == 0


@pytest.mark.parametrize(
    ("word", "state", "money"), [("charged", "LOST", "charged"), ("not_charged", "FAILED", "not_charged")]
)
def test_an_admin_settles_a_doubt_with_their_name_on_it(admin_client, owner_client, uncertain, word, state, money):
    post(admin_client, "settle", uncertain, **{"as": word})
    attempt = Attempt.objects.get()
    assert states(uncertain.run) == [state]
    assert (attempt.money, attempt.settled_by) == (money, "ada")
    again = post(admin_client, "settle", uncertain, **{"as": "charged"})
    assert "no doubt about that call" in Page(again).one(class_="toast").text
    assert Attempt.objects.get().money == money


@pytest.mark.parametrize("form", [{}, {"as": "free"}, {"as": "\x00"}])
def test_a_settlement_must_say_which(admin_client, uncertain, form):
    assert post(admin_client, "settle", uncertain, **form).status_code == 400
    assert states(uncertain.run) == ["UNKNOWN"]


def test_a_settled_picture_can_be_bought_again(admin_client, owner_client, uncertain, worker):
    post(admin_client, "settle", uncertain, **{"as": "charged"})
    post(owner_client, "again", uncertain)
    assert worker.work() == 1
    assert states(uncertain.run) == ["DONE"]


def test_a_released_file_is_a_picture_in_its_owners_gallery(admin_client, owner_client, held, world):
    response = post(admin_client, "release", held)
    assert "in its owner’s gallery" in Page(response).one(class_="toast").text
    image = Image.objects.get()
    assert (states(held.run), image.owner) == (["DONE"], held.owner)
    original = owner_client.get(reverse("image-original", args=[image.key]))
    assert original.getvalue() == world.picture(world.till[0].result_url)
    original.close()
    assert admin_client.get(reverse("image", args=[image.key])).status_code == 404


def test_a_held_file_that_is_no_picture_is_released_as_a_file(admin_client, owner_client, held):
    name = Attempt.objects.get().held_name
    with default_storage.open(name, "wb") as file:
        file.write(b"<svg/>")
    response = post(admin_client, "release", held)
    assert "Released as a file" in Page(response).one(class_="toast").text
    assert states(held.run) == ["BLOCKED"]
    page = Page(owner_client.get(reverse("losses"), {"kind": "filed"}))
    assert "Kept as a file 1 · $0.01" in [chip.text for chip in page.all("a", class_="chip")]
    assert "Download the file" in page.text
    assert "Needs a decision" not in Page(admin_client.get(reverse("queue"))).text
    assert default_storage.exists(name)


def test_a_held_file_that_is_gone_is_told(admin_client, held):
    default_storage.delete(Attempt.objects.get().held_name)
    response = post(admin_client, "release", held)
    assert "The held file is gone" in Page(response).one(class_="toast").text
    assert states(held.run) == ["BLOCKED"]


def test_a_dropped_file_is_gone_and_stays_paid(admin_client, held):
    name = Attempt.objects.get().held_name
    post(admin_client, "release", held, drop="1")
    attempt = Attempt.objects.get()
    assert states(held.run) == ["LOST"]
    assert (attempt.money, attempt.settled_by, attempt.url) == ("charged", "ada", "")
    assert not default_storage.exists(name)


def test_what_needs_a_decision_stands_in_the_queue(owner_client, colleague_client, admin_client, uncertain):
    mine, admins = Page(owner_client.get("/queue/")), Page(admin_client.get("/queue/"))
    again, settle = reverse("job-again", args=[uncertain.key]), reverse("job-settle", args=[uncertain.key])
    assert (len(mine.all("form", action=again)), len(mine.all("form", action=settle))) == (1, 0)
    assert (len(admins.all("form", action=again)), len(admins.all("form", action=settle))) == (0, 1)
    assert "Needs a decision" not in Page(colleague_client.get("/queue/")).text


def test_what_is_booked_or_dropped_is_so_once(owner, admin, held, worker, world):
    assert resolution.drop_held(held.attempt, by=admin)
    assert not resolution.drop_held(held.attempt, by=admin)
    refused = make_run(owner, prompt="moderated", seed="8", size="64x64")
    world.script(faults.Moderated())
    worker.call()
    attempt = refused.jobs.get().attempt
    assert resolution.book_charge(attempt, by=admin)
    assert not resolution.book_charge(attempt, by=admin)
    assert states(refused) == ["LOST"]


def test_a_job_without_a_call_holds_no_file(admin_client, owner):
    job = make_run(owner, seed="7", size="64x64").jobs.get()
    assert "There is no held file." in Page(post(admin_client, "release", job)).html
