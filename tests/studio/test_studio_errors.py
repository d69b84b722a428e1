"""Bad input: every problem beside its field, nothing typed is lost, never a 500."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.models import Run
from tests.factories import make_run
from tests.pages import Page
from tests.sending import FORM, SOUND, in_bytes, sound
from tests.worker.races import after_statement

pytestmark = pytest.mark.django_db

NINES = "9" * 5000
BAD = [
    ("prompt", "", "Write what the picture should show."),
    ("prompt", " \r\n\t ", "Write what the picture should show."),
    ("prompt", "\u200b", "Write what the picture should show."),
    ("prompt", "a\x00b", "Null characters are not allowed."),
    ("prompt", "a\x07b", "Character 2 is a control character (U+0007)"),
    ("prompt", "x" * 160_001, "160,001 characters are too many."),
    ("model", [], "Tick at least one model."),
    ("model", ["flux-9"], "“flux-9” is no FLUX model."),
    ("model", ["flux-2-pro", "\x00"], "is no FLUX model."),
    ("seed", "", "Write at least one seed"),
    ("seed", "0..2147483647", "2,147,483,648 seeds: at most 400"),
    ("seed", NINES, ""),
    ("seed", f"{NINES} random", "at most 400"),
    ("seed", "1e999", "is no seed"),
    ("seed", "NaN", "is no seed"),
    ("seed", "-1", "is no seed"),
    ("seed", "9..3", "runs backwards"),
    ("seed", "1\x00", "Null characters are not allowed."),
    ("seed", "1, " * 50_000, ""),
    ("size", "huge", "“huge” is no size."),
    ("size", f"{NINES}x{NINES}", "is no size."),
    ("size", "1000x1000", "1000 is no multiple of 16."),
    ("width", "1e999", "is no whole number"),
    ("width", NINES, "is above 2048"),
    ("width", "-64", "is below 64"),
    ("height", "NaN", "is no whole number"),
    ("height", "\x00", "Null characters are not allowed."),
    ("aspect_ratio", "9:1", "is wider than 7:3"),
    ("aspect_ratio", f"1:{NINES}", "is no ratio"),
    ("aspect_ratio", "0:0", "is no ratio"),
    ("output_format", "gif", "is not one of jpeg, png"),
    ("safety_tolerance", "7", "is above 6"),
    ("safety_tolerance", NINES, "is above 6"),
    ("safety_tolerance", "NaN", "is no whole number"),
    ("steps", "0", "is below 1"),
    ("steps", "1e999", "is no whole number"),
    ("steps", NINES, "is above 50"),
    ("guidance", "NaN", "is no number"),
    ("guidance", "1e999", "is no number"),
    ("guidance", NINES, ""),
    ("project", "x" * 81, "at most 80 characters"),
    ("project", "a\x00", "Null characters are not allowed."),
]


ANYTHING = st.binary(max_size=30) | st.text(max_size=30).map(lambda text: text.encode("utf-8", "surrogatepass"))


def around(field, value):
    """A form in which only this field is wrong."""
    shape = {"size": ""} if field in ("width", "height", "aspect_ratio") else {}
    other = {"width": {"height": "64"}, "height": {"width": "64"}}.get(field, {})
    return sound(**{"model": ["flux-2-flex"], **shape, **other, field: value})


@pytest.mark.parametrize("address", ["/", "/studio/check/"])
@pytest.mark.parametrize(("field", "value", "words"), BAD, ids=lambda value: str(value)[:20] if value else "empty")
def test_a_wrong_value_is_told_beside_its_field(owner_client, address, field, value, words):
    response = owner_client.post(address, around(field, value))
    errors = Page(response).errors()
    assert response.status_code == 200
    assert not Run.objects.exists()
    if address == "/" or words != "Write what the picture should show.":
        assert list(errors) == [field]
        assert words in errors[field]


@pytest.mark.parametrize(
    "broken", [b"\xed\xa0\x80", b"a \xff\xfe b", b"\xf0\x9f\x98"], ids=["surrogate", "none", "cut"]
)
@pytest.mark.parametrize("field", ["prompt", "seed", "size", "width", "steps", "project", "model", "output_format"])
def test_bytes_that_are_no_text_are_refused(owner_client, field, broken):
    form = {"model": "flux-2-flex", **({"size": "", "height": "64"} if field == "width" else {}), field: broken}
    response = owner_client.post("/", in_bytes(**form), content_type=FORM)
    assert response.status_code == 200
    assert list(Page(response).errors()) == [field]


def test_a_surrogate_in_a_multipart_form_is_refused_too(owner_client):
    fields = {**SOUND, "model": "flux-2-klein-4b"} | {"prompt": "half of \ud83d a smile"}
    parts = "".join(f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items())
    body = (parts + "--x--\r\n").encode("utf-8", "surrogatepass")
    response = owner_client.post("/", body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 200
    assert list(Page(response).errors()) == ["prompt"]


def test_more_fields_than_any_form_has_are_refused(owner_client):
    assert owner_client.post("/", sound(model=["flux-2-pro"] * 2200)).status_code == 400


def test_an_absurd_nonce_is_no_crash(owner_client):
    for nonce in ("\x00", "x" * 10_000, "é\u202e"):
        assert owner_client.post("/", sound(nonce=nonce)).status_code in (200, 302)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_every_error_at_once_and_nothing_typed_is_lost(owner_client, headers):
    form = sound(
        prompt="", model=["flux-2-flex", "flux-2-max"], seed="many", size="", width="1920", height="1080", steps="99",
        guidance="a lot", project="Docks", prompt_upsampling="on", output_format="png", safety_tolerance="5",
    )  # fmt: skip
    response = owner_client.post("/", form, headers=headers)
    page = Page(response)
    assert response.status_code == 200
    assert set(page.errors()) == {"prompt", "seed", "height", "steps", "guidance"}
    form["model"].reverse()  # the cards stand in the order of the catalogue
    assert {name: page.value(name) for name in form} == form | {"prompt_upsampling": ["on"]}
    assert bool(page.all("html")) is not bool(headers)
    for field in ("prompt", "seed", "height", "steps", "guidance"):
        assert page.one(id=f"id_{field}")["aria-invalid"] == "true"
        assert f"why-{field}" in page.one(id=f"id_{field}")["aria-describedby"].split()


def test_1920x1080_says_what_is_wrong_and_offers_1088(owner_client):
    page = Page(owner_client.post("/", sound(size="", width="1920", height="1080")))
    assert page.errors() == {"height": "1080 is no multiple of 16. Use 1920x1088."}
    offer = page.one("button", data_offer_width="1920")
    assert (offer["data-offer-height"], offer.text) == ("1088", "Use it")


def test_markup_in_a_field_stays_text(owner_client):
    nasty = '"><script src=//evil></script><img onerror=x>'
    page = Page(owner_client.post("/", dict.fromkeys(sound(), nasty)))
    assert not page.all("script", src="//evil")
    assert not [each for each in page.all() if "onerror" in each.attrs]
    assert page.value("prompt") == nasty


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(form=st.fixed_dictionaries({name: st.just(SOUND.get(name, "")) | ANYTHING for name in sound()}))
def test_no_input_breaks_the_studio(owner_client, form):
    for address in ("/", "/studio/check/"):
        body = in_bytes(**form)
        assert owner_client.post(address, body, content_type=FORM).status_code in (200, 302)


def test_a_queue_that_became_full_just_now_takes_nothing_more_and_says_so(owner, owner_client, settings):
    settings.WAITING_MAX = 2
    with after_statement('COUNT(*) AS "__count" FROM "gallery_job"', lambda: make_run(owner)):  # when it is planned
        page = Page(owner_client.post("/", sound()))
    assert "2 of your images wait, and at most 2 may" in page.text
    assert Run.objects.count() == 1
