"""A plan with pictures: which cells stay, what they cost, how they are used, what is reused and added."""

import pytest
from django.urls import reverse

from gallery.models import Image, Job, Reference, Run
from gallery.services.references.keeping import keep_image, keep_upload
from gallery.services.runs import extension, plan
from gallery.services.runs.plan import RunSpec
from tests.factories import grow, make_run
from tests.references.pictures import BLUE, GREEN, RED, picture_file


@pytest.fixture
def references(owner):
    return [
        keep_upload(picture_file("PNG", colour, size=(640, 320)), name=name, owner=owner)
        for name, colour in (("cup.png", RED), ("vase.png", BLUE), ("hat.png", GREEN))
    ]


def planned(owner, references, *, models=("flux-2-pro",), **values):
    keys = [each.key for each in references]
    values = {"prompt": "image 1", "reference_key": keys, **values}
    return plan.plan_run(RunSpec(values, list(models), "1"), owner=owner)


def test_a_model_that_takes_fewer_is_left_out_and_the_others_stay(owner, references):
    found = planned(owner, references, models=("flux-2-pro", "flux-kontext-pro", "flux-dev"))
    assert [cell.request.model_id for cell in found.cells] == ["flux-2-pro"]
    assert list(found.refused) == ["flux-kontext-pro", "flux-dev"]
    none_left = planned(owner, references, models=("flux-kontext-pro", "flux-dev"))
    assert "flux-dev makes pictures from words only." in none_left.problems["reference"].message


def test_each_alone_is_an_axis_whose_values_can_be_skipped(owner, references):
    alone = planned(owner, references, references_as="alone", models=("flux-kontext-pro",))
    assert [cell.labels["reference"] for cell in alone.cells] == ["1 · cup.png", "2 · vase.png", "3 · hat.png"]
    assert [cell.request.inputs[0].name for cell in alone.cells] == ["cup.png", "vase.png", "hat.png"]
    fewer = planned(owner, references, references_as="alone", skip=["reference=2 · vase.png"])
    assert [cell.request.inputs[0].name for cell in fewer.cells] == ["cup.png", "hat.png"]


def test_the_official_price_counts_what_goes_in_and_ours_does_not(owner, references):
    one, three = (planned(owner, references[:n]).quote for n in (1, 3))
    assert (one.ours_micros, three.ours_micros) == (30_000, 30_000)
    assert (one.official_micros, three.official_micros) == (45_000, 75_000)


def test_two_are_joined_for_models_that_take_one(owner, references):
    joined = planned(owner, references[:2], models=("flux-kontext-pro", "flux-2-pro"), join=True)
    kontext, pro = joined.cells
    assert len(pro.request.inputs) == 2
    (pair,) = kontext.request.inputs
    row = Reference.objects.get(key=pair.key)
    assert (row.left, row.right) == tuple(references[:2])
    assert (row.width, row.height) == (1280, 320)
    planned(owner, references[:2], models=("flux-kontext-pro",), join=True)
    assert Reference.objects.exclude(left=None).count() == 1


def test_what_is_somebody_elses_or_gone_is_a_problem_and_buys_nothing(owner, colleague, references):
    others = planned(colleague, references[:1])
    assert "not there any more" in others.problems["reference"].message
    Reference.objects.filter(pk=references[0].pk).update(shared=True)
    assert not planned(colleague, references[:1]).problems


@pytest.mark.usefixtures("provider_server")
def test_a_run_with_pictures_is_repeated_reused_and_grown_with_them(owner, owner_client, references, worker):
    keys = [each.key for each in references[:2]]
    run = make_run(owner, models=("flux-2-pro",), seed="1", reference_key=keys)
    worker.work()
    again = planned(owner, references[:2], prompt="a lighthouse in fog")
    assert again.cells[0].owned == run.jobs.get().images.get()
    other_way_round = planned(owner, references[1::-1], prompt="a lighthouse in fog")
    assert other_way_round.cells[0].owned is None
    assert grow(run, seed="2") == 1
    assert list(run.jobs.get(seed=2).inputs.values_list("reference__key", flat=True)) == keys
    refused = extension.plan_extension(run, model="flux-kontext-pro")
    assert "takes 1 picture" in refused.problems["model"].message
    page = owner_client.get(f"/?run={run.key}").content.decode()
    assert [key in page for key in keys] == [True, True]


@pytest.mark.usefixtures("provider_server")
def test_a_picture_whose_file_is_gone_costs_nothing_and_says_so(owner, references, worker, world, settings):
    run = make_run(owner, models=("flux-2-pro",), seed="1", reference_key=[references[0].key])
    Reference.objects.all().delete()
    assert worker.call().job.run_id == run.pk
    job = run.jobs.get()
    assert (job.state, job.reason, job.attempt.money) == ("FAILED", "reference_gone", "not_charged")
    assert world.till == []
    assert job.inputs.get().name == "cup.png"


def test_a_bad_file_names_itself_and_the_good_ones_stay(owner_client):
    from tests.references.pictures import upload

    bad = upload("notes.png")
    bad.file.seek(0)
    bad.file.truncate()
    bad.file.write(b"these are no pictures")
    bad.size = 21
    bad.file.seek(0)
    form = {"prompt": "a cup", "model": "flux-2-pro", "seed": "1", "nonce": "n", "reference": [upload("cup.png"), bad]}
    page = owner_client.post(reverse("studio"), form).content.decode()
    assert "notes.png" in page
    assert page.count('name="reference_key"') == 1
    assert not Run.objects.exists()
    assert Image.objects.get().name == "cup.png"


def test_pictures_are_kept_once_and_taken_from_the_gallery_once(owner, references):
    again = keep_upload(picture_file("PNG", RED, size=(640, 320)), name="other.png", owner=owner)
    assert again == references[0]
    assert Image.objects.count() == 3
    assert keep_image(references[0].image, owner=owner) == references[0]


def test_a_queue_of_edits_holds_keys_and_no_bytes(owner, references):
    make_run(owner, models=("flux-2-pro",), seed="400 random", reference_key=[each.key for each in references])
    sizes = [len(str(job.parameters)) for job in Job.objects.all()]
    assert len(sizes) == 400
    assert max(sizes) < 500
    assert Job.objects.first().inputs.count() == 3


@pytest.mark.parametrize(
    ("sent", "order"),
    [
        ({"reference_place": ["2", "1", "3"]}, [1, 0, 2]),
        ({"reference_place": ["1", "2", "1"]}, [2, 0, 1]),
        ({"reference_place": ["3", "2", "3"]}, [1, 2, 0]),
        ({"reference_place": ["", "x", "9"]}, [0, 1, 2]),
        ({"reference_drop": "1"}, [0, 2]),
    ],
)
def test_without_script_numbers_order_and_a_button_takes_out(owner_client, references, sent, order):
    keys = [each.key for each in references]
    sent = {name: keys[int(value)] if name == "reference_drop" else value for name, value in sent.items()}
    page = owner_client.post(
        reverse("studio"), {"prompt": "a", "model": "flux-2-pro", "edit": "1", "reference_key": keys, **sent}
    )
    shown = [each.key for each in page.context["references"]]
    assert shown == [keys[n] for n in order]
    assert not Run.objects.exists()


def test_a_named_reference_is_used_again_and_shared_with_the_team(owner_client, colleague_client, references):
    key = references[0].key
    assert colleague_client.get(f"/references/{key}/").status_code == 404
    owner_client.post(f"/references/{key}/", {"title": "The cup", "shared": "on"})
    page = colleague_client.get(reverse("references-kept")).content.decode()
    assert "The cup" in page
    assert references[1].name not in page
    studio = colleague_client.get(reverse("studio"), {"reference": key})
    assert [each.key for each in studio.context["references"]] == [key]
    assert colleague_client.post(f"/references/{key}/", {"title": "Mine"}).status_code == 404
    owner_client.post(f"/references/{key}/", {"title": "The cup", "forget": "1"})
    assert "The cup" not in colleague_client.get(reverse("references-kept")).content.decode()
    assert owner_client.post(f"/references/{key}/", {"title": " "}).status_code == 200
