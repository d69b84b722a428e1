"""Numbers as people paste them, through the form: what is bought, what is asked, what is offered."""

import pytest

from gallery.models import Run
from tests.pages import Page
from tests.sending import sound

pytestmark = pytest.mark.django_db

STUDIO = "/"


def bought(client, name, **typed):
    response = client.post(STUDIO, sound(**typed))
    assert response.status_code == 302, Page(response).errors()
    bodies = [job.body() for job in Run.objects.latest("id").jobs.order_by("position")]
    return list(dict.fromkeys(body.get(name) for body in bodies))


@pytest.mark.parametrize(
    ("typed", "name", "values"),
    [
        ({"steps": "20,30"}, "steps", [20, 30]),
        ({"steps": "20, 30,"}, "steps", [20, 30]),
        ({"steps": "２０、３０"}, "steps", [20, 30]),
        ({"steps": "20.0"}, "steps", [20]),
        ({"steps": "10–12"}, "steps", [10, 11, 12]),
        ({"guidance": "4,5; 5,5"}, "guidance", [4.5, 5.5]),
        ({"guidance": "4,50"}, "guidance", [4.5]),  # 50 is no guidance, nor is 0
        ({"guidance": "5,0"}, "guidance", [5]),
        ({"guidance": "1,5"}, "guidance", [1.5]),
        ({"guidance": "３，２５"}, "guidance", [3.25]),
        ({"guidance": "４．５"}, "guidance", [4.5]),
        ({"safety_tolerance": "1,2"}, "safety_tolerance", [1, 2]),
        ({"seed": "20,30"}, "seed", [20, 30]),
        ({"seed": "100–102"}, "seed", [100, 101, 102]),
        ({"seed": "42.0"}, "seed", [42]),
        ({"size": "1024 x 768 px"}, "size", ["1024x768"]),
        ({"size": "１０２４＊７６８,"}, "size", ["1024x768"]),
        ({"size": None, "width": "1024px", "height": "７６８"}, "size", ["1024x768"]),
        ({"size": None, "width": "1,024", "height": "1.024"}, "size", ["1024x1024"]),
        ({"size": None, "width": "1 024", "height": "１’０２４"}, "size", ["1024x1024"]),
        ({"size": "1,024x768"}, "size", ["1024x768"]),
        ({"size": "768 x 1,024, 512x512"}, "size", ["768x1024", "512x512"]),
        ({"guidance": "4,5,6"}, "guidance", [4, 5, 6]),
        ({"size": None, "aspect_ratio": "7：3", "model": ["flux-kontext-pro"]}, "aspect_ratio", ["7:3"]),
        ({"size": None, "aspect_ratio": "16/9, 4x3", "model": ["flux-kontext-pro"]}, "aspect_ratio", ["16:9"]),
    ],
)
def test_what_is_pasted_is_read(owner_client, typed, name, values):
    assert bought(owner_client, name, **{"model": ["flux-2-flex"], "seed": "1"} | typed)[: len(values)] == values


@pytest.mark.parametrize(
    ("typed", "field", "says", "offer"),
    [
        ({"seed": "-1"}, "seed", "write 1 random", "1 random"),
        ({"seed": "-7"}, "seed", "Use 7, or 1 random", "7"),
        ({"seed": "1,234"}, "seed", "Write 1234, or 1, 234", "1, 234"),
        ({"seed": "random 4"}, "seed", "Write 4 random, or 4", "4 random"),
        ({"seed": "random(4)"}, "seed", "Write 4 random, or 4", "4 random"),
        ({"guidance": "4,5"}, "guidance", "Write 4.5, or 4; 5 for two", "4.5"),
    ],
)
def test_what_can_mean_two_things_is_asked_and_offered(owner_client, typed, field, says, offer):
    page = Page(owner_client.post(STUDIO, sound(model=["flux-2-flex"], **typed)))
    assert says in page.errors()[field]
    assert not Run.objects.exists()
    buttons = [each for each in page.all("button", type="button") if f"data-offer-{field}" in each.attrs]
    assert [each[f"data-offer-{field}"] for each in buttons] == [offer]


def test_a_batch_reads_the_same_numbers(owner_client):
    rows = "prompt;model;shape;seed;steps\na cat;flux-2-flex;16/9;42.0;20,30\na dog;flux-2-flex;1024*768;100–101;\n"
    owner_client.post("/batch/", {"rows": rows, "shape": "1:1", "seed": "1", "start": "1", "nonce": "x"})
    jobs = Run.objects.get().jobs.order_by("position")
    assert [(job.seed, job.body()["steps"], job.body()["size"]) for job in jobs] == [
        (42, 20, "1360x768"), (42, 30, "1360x768"), (100, 50, "1024x768"), (101, 50, "1024x768"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (",5", "Use 1.5 to 10."),
        ("4,5,5,5", "Write 4.5; 5.5, or 4; 5; 5; 5."),
    ],
)
def test_half_a_number_and_a_value_that_stands_twice_buy_no_other_one(owner_client, typed, says):
    page = Page(owner_client.post(STUDIO, sound(model=["flux-2-flex"], guidance=typed)))
    assert says in page.errors()["guidance"]
    assert page.value("guidance") == typed
    assert not Run.objects.exists()


def test_the_comma_of_a_number_parts_no_words_where_others_have_a_blank(owner_client):
    words = {"prompt": "a sign: 5,00", "replace": "5,00, 6,50"}
    assert bought(owner_client, "prompt", seed="1", **words) == ["a sign: 5,00", "a sign: 6,50"]
