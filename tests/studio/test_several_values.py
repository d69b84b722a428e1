"""Every field takes several values: what the form sends, what it shows again, what becomes of it."""

import pytest

from gallery.models import Run
from tests.pages import Page
from tests.sending import sound

pytestmark = pytest.mark.django_db

STUDIO, CHECK = "/", "/studio/check/"
HTMX = {"HX-Request": "true"}


def made(client, **changes):
    """Press Generate and return the run."""
    response = client.post(STUDIO, sound(**changes))
    assert response.status_code == 302, Page(response).errors()
    return Run.objects.latest("id")


def sent(run, *names):
    """The values of these parameters over the jobs of a run, each once, in their order."""
    bodies = [job.body() for job in run.jobs.order_by("position")]
    return list(dict.fromkeys(tuple(body.get(name) for name in names) for body in bodies))


def shown_again(client, **changes):
    return Page(client.post(STUDIO, sound(**changes | {"edit": "1"})))


def test_several_tiles_and_what_is_typed_are_all_shapes(owner_client):
    shapes = {"shapes_several": "on", "aspect_ratio": ["1:1", "16:9", "2:1"], "size": ["64x64"], "width": "128"}
    run = made(owner_client, **shapes, height="256", seed="1")
    assert sent(run, "size") == [("1024x1024",), ("1360x768",), ("1440x720",), ("64x64",), ("128x256",)]
    page = shown_again(owner_client, **shapes, height="256")
    assert page.value("aspect_ratio") == ["1:1", "16:9"]
    assert [each["value"] for each in page.all("input", id="id_aspect_ratio")] == ["2:1"]
    assert page.value("size") == ["64x64"]
    assert page.one("input", id="id_width")["value"] == "128"


def test_without_the_switch_the_most_exact_shape_is_the_only_one(owner_client):
    run = made(owner_client, aspect_ratio=["1:1", "16:9"], size=["64x64"], seed="1")
    assert sent(run, "size") == [("64x64",)]


def test_a_list_of_ratios_can_be_typed(owner_client):
    run = made(owner_client, aspect_ratio=["1:1", "4:5; 16:9"], size=None, seed="1", model=["flux-kontext-pro"])
    assert sent(run, "aspect_ratio") == [("4:5",), ("16:9",)]


@pytest.mark.parametrize(
    ("typed", "name", "values"),
    [
        ({"output_format": "jpeg, png"}, "output_format", ["jpeg", "png"]),
        ({"safety_tolerance": ["2", "0, 3, 5"]}, "safety_tolerance", [0, 3, 5]),
        ({"safety_tolerance": ["4", ""]}, "safety_tolerance", [4]),
        ({"prompt_upsampling": "on"}, "prompt_upsampling", [True]),
        ({"prompt_upsampling": ["on", "off"]}, "prompt_upsampling", [True, False]),
        ({"prompt_upsampling": "off"}, "prompt_upsampling", [False]),
        ({}, "prompt_upsampling", [False]),
        ({"steps": "10, 20, .., 40"}, "steps", [10, 20, 30, 40]),
        ({"guidance": "2, 3.5"}, "guidance", [2.0, 3.5]),
        ({"prompt": "a {red|blue} door"}, "prompt", ["a red door", "a blue door"]),
        ({"prompt": "a red door", "replace": "door, boat"}, "prompt", ["a red door", "a red boat"]),
        ({"seed": "1, 2, .., 4"}, "seed", [1, 2, 3, 4]),
    ],
)
def test_each_field_takes_several_values(owner_client, typed, name, values):
    run = made(owner_client, **{"model": ["flux-2-flex"], "seed": "1"} | typed)
    assert sent(run, name) == [(value,) for value in values]


@pytest.mark.parametrize(
    ("typed", "name", "shown"),
    [
        ({"output_format": "jpeg, png"}, "output_format", "jpeg, png"),
        ({"prompt_upsampling": ["on", "off"]}, "prompt_upsampling", ["on", "off"]),
        ({"prompt_upsampling": "on"}, "prompt_upsampling", ["on"]),
        ({"prompt_upsampling": "off"}, "prompt_upsampling", []),
        ({"replace": "fog, sun"}, "replace", "fog, sun"),
        ({"variant_seeds": "own"}, "variant_seeds", "own"),
        ({"variant_seeds": "nonsense"}, "variant_seeds", "same"),
    ],
)
def test_what_was_chosen_is_shown_again(owner_client, typed, name, shown):
    assert shown_again(owner_client, model=["flux-2-flex"], **typed).value(name) == shown


def test_several_safety_levels_stand_in_their_text_field(owner_client):
    page = shown_again(owner_client, safety_tolerance=["2", "0, 3"])
    assert page.one("input", id="id_safety_levels")["value"] == "0, 3"


def test_the_same_seeds_go_to_every_variant_unless_each_shall_have_its_own(owner_client):
    both = {"model": ["flux-2-klein-4b", "flux-2-klein-9b"], "seed": "3 random"}
    same = made(owner_client, **both)
    assert len(sent(same, "seed")) == 3
    own = made(owner_client, **both, variant_seeds="own")
    assert own.size == 6
    assert len(sent(own, "seed")) == 6
    assert {job.axes["picture"] for job in own.jobs.all()} == {"1", "2", "3"}


def test_written_seeds_are_the_same_for_every_variant_in_any_case(owner_client):
    run = made(owner_client, model=["flux-2-klein-4b", "flux-2-klein-9b"], seed="7, 8", variant_seeds="own")
    assert sent(run, "seed") == [(7,), (8,)]


def test_values_are_left_out_without_being_retyped(owner_client):
    typed = {"model": ["flux-2-flex"], "steps": "10, 20, 30", "seed": "1, 2", "skip": ["steps=20", "seed=1", "x=y"]}
    assert sent(made(owner_client, **typed), "steps", "seed") == [(10, 2), (30, 2)]
    page = Page(owner_client.post(CHECK, sound(**typed), headers=HTMX))
    assert page.value("skip") == ["steps=20", "seed=1"]


def test_leaving_everything_out_says_so_and_can_be_undone(owner_client):
    typed = {"model": ["flux-2-flex"], "steps": "10, 20", "skip": ["steps=10", "steps=20"]}
    page = Page(owner_client.post(STUDIO, sound(**typed)))
    assert page.errors()["steps"] == "Every value is left out. Keep at least one."
    assert page.value("skip") == ["steps=10", "steps=20"]


def test_what_becomes_identical_is_made_once_and_every_cell_says_what_was_done(owner_client):
    models = ["flux-kontext-pro", "flux-2-klein-4b"]
    run = made(owner_client, model=models, size=None, shapes_several="on", aspect_ratio=["1:1"], width="512",
               height="512", seed="1", safety_tolerance="2")  # fmt: skip
    assert sent(run, "model", "aspect_ratio", "size") == [
        ("flux-kontext-pro", "1:1", None),
        ("flux-2-klein-4b", None, "1024x1024"),
        ("flux-2-klein-4b", None, "512x512"),
    ]
    assert run.jobs.first().notes == ["1:1 and 512 × 512 come to the same request: made once"]


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"replace": "boat, ship"}, "replace", "“boat” does not stand in the prompt"),
        ({"replace": "fog"}, "replace", "write after a comma what else to try"),
        ({"replace": "fog, \x00"}, "replace", "Null characters"),
        ({"safety_tolerance": ["2", "0, 9"]}, "safety_tolerance", "9 is above 6"),
        ({"output_format": "jpeg, gif"}, "output_format", "“gif” is not one of"),
        ({"prompt_upsampling": "perhaps", "model": ["flux-2-pro"]}, "prompt_upsampling", "neither on nor off"),
        ({"aspect_ratio": "1:1, 9:1", "size": None}, "aspect_ratio", "9:1 is wider than 7:3"),
        ({"size": "64x64, 1000x64"}, "size", "1000 is no multiple of 16"),
        ({"seed": "1, 2, .."}, "seed", "after two seeds"),
        ({"seed": "1..400", "steps": "1, 2, .., 30", "model": ["flux-2-flex"]}, "seed", "more than 2,000 images"),
    ],
)
def test_every_value_is_checked_and_the_error_names_it(owner_client, typed, field, says):
    page = Page(owner_client.post(STUDIO, sound(**typed)))
    assert says in page.errors()[field]
    assert not Run.objects.exists()
