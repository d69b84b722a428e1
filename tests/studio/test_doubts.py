"""What looks like a choice and is none is said before it is paid: in the studio, on the review, in a batch."""

import pytest

from gallery.models import PastPrompt, Run
from tests.factories import make_run
from tests.pages import Page
from tests.sending import sound

pytestmark = pytest.mark.django_db

STUDIO, CHECK, BATCH = "/", "/studio/check/", "/batch/"
HTMX = {"HX-Request": "true"}
DOUBTFUL = "a {red|blue cat"


def prompts_bought():
    return list(dict.fromkeys(Run.objects.latest("id").jobs.order_by("position").values_list("prompt", flat=True)))


def agreed_to(page):
    return page.one("input", id="id_as_written")["value"]


@pytest.mark.parametrize(
    "prompt", [DOUBTFUL, "red|blue} cat", "a {single} cat", "{} cat", "__animal__", '{"scene": "a | b"', "{{product}}"]
)
def test_a_press_buys_nothing_until_it_is_agreed_to(owner_client, prompt):
    page = Page(owner_client.post(STUDIO, sound(prompt=prompt)))
    assert not Run.objects.exists()
    assert page.value("prompt") == prompt
    assert "Nothing was bought" in page.one("p", id="why-as_written").text
    owner_client.post(STUDIO, sound(prompt=prompt, as_written=agreed_to(page)))
    assert prompts_bought() == [prompt]


def test_it_is_said_while_one_types_and_ticked_stays_ticked(owner_client):
    page = Page(owner_client.post(CHECK, sound(prompt=DOUBTFUL), headers=HTMX))
    assert "this brace is never closed" in page.one("div", id="doubts").text
    assert not page.all("p", id="why-as_written")
    again = Page(owner_client.post(CHECK, sound(prompt=DOUBTFUL, as_written=agreed_to(page)), headers=HTMX))
    assert "checked" in again.one("input", id="id_as_written").attrs


def test_agreeing_to_one_doubt_is_no_agreement_to_another(owner_client):
    key = agreed_to(Page(owner_client.post(CHECK, sound(prompt=DOUBTFUL), headers=HTMX)))
    owner_client.post(STUDIO, sound(prompt="another {thing} cat", as_written=key))
    assert not Run.objects.exists()


def test_escaping_is_the_other_way_out(owner_client):
    owner_client.post(STUDIO, sound(prompt=r"a sign \{open|closed\}"))
    assert prompts_bought() == ["a sign {open|closed}"]


def test_a_large_run_is_asked_about_on_its_review(owner_client):
    page = Page(owner_client.post(STUDIO, sound(prompt=DOUBTFUL, seed="1..60")))
    assert "this brace is never closed" in page.text
    refused = Page(owner_client.post(STUDIO, sound(prompt=DOUBTFUL, seed="1..60", start="1")))
    assert refused.one("h1").text == "Review 60 images"
    assert "Nothing was bought" in refused.one("p", id="why-as_written").text
    assert not Run.objects.exists()
    owner_client.post(STUDIO, sound(prompt=DOUBTFUL, seed="1..60", start="1", as_written=agreed_to(refused)))
    assert Run.objects.get().size == 60


@pytest.mark.parametrize(
    "prompt",
    [
        '{ "scene": "cafe", }', "{'scene': 'cafe'}", "{scene: 'cafe'}", "{“scene”: “cafe”}", "poster { color: red; }",
        "a shop, $5,00 each, 20% off", "C:\\new\\pictures", "a | b", "red || blue",
    ],
)  # fmt: skip
def test_what_cannot_be_taken_for_a_choice_is_bought_at_once(owner_client, prompt):
    assert owner_client.post(STUDIO, sound(prompt=prompt)).status_code == 302
    assert prompts_bought() == [prompt]


@pytest.mark.parametrize("prompt", ["{'scene': 'cafe | bar'}", '{ "scene": "cafe | bar", }', "a { color: red | blue }"])
def test_code_with_a_bar_in_it_is_still_asked_about(owner_client, prompt):
    owner_client.post(STUDIO, sound(prompt=prompt))
    assert not Run.objects.exists()


def test_full_width_signs_are_doubted_once(owner_client):
    page = Page(owner_client.post(CHECK, sound(prompt="{猫｜犬}"), headers=HTMX))
    assert [each.text for each in page.all("li")] == [
        "“{猫｜犬}” has full-width braces or bars, so it is no choice. Write {猫|犬}."
    ]


@pytest.mark.parametrize("prompt", ["{red::2|blue::1} cat", "{red::0.5|blue} cat"])
def test_weights_behind_a_choice_are_refused_by_name_too(owner_client, prompt):
    page = Page(owner_client.post(STUDIO, sound(prompt=prompt)))
    assert "weighs its choices (::)" in page.errors()["prompt"]
    assert "Write {red|blue}." in page.errors()["prompt"]


@pytest.mark.parametrize("heading", ["Art direction:", "風景："])
def test_a_line_that_only_announces_the_next_is_not_sold_unsaid(owner_client, heading):
    prompt = f'{heading}\n{{"scene": "cafe | bar"}}'
    page = Page(owner_client.post(STUDIO, sound(prompt=prompt, prompt_lines="on")))
    assert f"“{heading}” ends with a colon" in page.one("div", id="doubts").text
    rows = {"rows": prompt, "model": ["flux-2-klein-4b"], "seed": "1", "shape": "1:1", "start": "1", "nonce": "a"}
    assert f"Line 1: “{heading}” ends with a colon" in Page(owner_client.post(BATCH, rows)).text
    assert not Run.objects.exists()
    owner_client.post(STUDIO, sound(prompt=prompt))
    assert prompts_bought() == [prompt]


def test_the_lines_of_a_code_fence_are_hinted_at(owner_client):
    prompt = '```json\n{"scene": "cafe | bar"}\n```'
    page = Page(owner_client.post(CHECK, sound(prompt=prompt), headers=HTMX))
    assert "leave the lines of the code fence out" in page.html
    owner_client.post(STUDIO, sound(prompt=prompt))
    assert prompts_bought() == [prompt]


def test_a_batch_has_the_same_rule_and_names_the_line(owner_client):
    rows = {
        "rows": f"a cat\n{DOUBTFUL}\na {{big|small}} dog",
        "model": ["flux-2-klein-4b"],
        "seed": "1",
        "shape": "1:1",
    }
    page = Page(owner_client.post(BATCH, rows))
    assert "Line 2: “{red|blue cat”: this brace is never closed" in page.text
    owner_client.post(BATCH, rows | {"start": "1", "nonce": "a"})
    assert not Run.objects.exists()
    owner_client.post(BATCH, rows | {"start": "1", "nonce": "a", "as_written": agreed_to(page)})
    assert prompts_bought() == ["a cat", DOUBTFUL, "a big dog", "a small dog"]


def test_json_with_choices_is_bought_as_sound_json(owner_client):
    owner_client.post(STUDIO, sound(prompt='{"scene":"{red|blue} cat"}', seed="1"))
    assert prompts_bought() == ['{"scene":"red cat"}', '{"scene":"blue cat"}']


def test_the_lines_of_a_pretty_prompt_are_one(owner_client):
    pretty = '{\n  "scene": "cafe | bar",\n  "mood": "calm"\n}'
    owner_client.post(STUDIO, sound(prompt=f"Art direction:\r\n{pretty}", seed="1"))
    assert prompts_bought() == [f"Art direction:\n{pretty}"]
    owner_client.post(STUDIO, sound(prompt=f"{pretty}\r\na cat", prompt_lines="on", seed="1"))
    assert prompts_bought() == [pretty, "a cat"]
    assert set(PastPrompt.objects.values_list("prompt", flat=True)) == {f"Art direction:\n{pretty}", pretty, "a cat"}


def test_other_tools_syntax_is_refused_by_name(owner_client):
    for prompt in ("a {2::red|1::blue} cat", "a {2$$red|blue|green} cat"):
        page = Page(owner_client.post(STUDIO, sound(prompt=prompt)))
        assert "not read here" in page.errors()["prompt"]
    assert not Run.objects.exists()


@pytest.mark.parametrize("sent", ["a {red|blue} sign", r"a \{x", '{"s": "{a|b}"}', "{2::a|b}"])
def test_a_picture_put_back_into_the_studio_is_not_expanded_again(owner_client, owner, sent):
    run = make_run(owner, seed="1")
    run.jobs.update(prompt=sent)
    page = Page(owner_client.get(STUDIO, {"job": run.jobs.get().key}))
    assert page.one("button", id="generate").text.startswith("Generate 1 image")
    assert not page.all("input", id="id_as_written")
    owner_client.post(STUDIO, sound(prompt=page.value("prompt"), seed="1"))
    assert prompts_bought() == [sent]


def test_hints_stand_beside_the_prompt_and_in_nobodys_way(owner_client):
    page = Page(owner_client.post(CHECK, sound(prompt="a (red:1.3) cat --ar 16:9\u200b"), headers=HTMX))
    said = page.one("div", id="prompt-facts").text
    assert "choose the shape below" in said
    assert "What nobody sees is left out: U+200B." in said
    assert owner_client.post(STUDIO, sound(prompt="a cat --ar 16:9")).status_code == 302


def test_what_a_word_processor_breaks_lines_with_is_bought_as_line_breaks(owner_client):
    owner_client.post(STUDIO, sound(prompt="a cat\x0bin fog\u2028at night", seed="1"))
    assert prompts_bought() == ["a cat\nin fog\nat night"]
    owner_client.post(STUDIO, sound(prompt="a cat\x0ba dog\u2028a bird", prompt_lines="on", seed="1"))
    assert prompts_bought() == ["a cat", "a dog", "a bird"]


def test_a_word_is_replaced_in_japanese(owner_client):
    owner_client.post(STUDIO, sound(prompt="黒い猫が窓辺に座る", replace="猫、犬", seed="1"))
    assert prompts_bought() == ["黒い猫が窓辺に座る", "黒い犬が窓辺に座る"]


def test_the_ultra_model_makes_as_many_pixels_as_it_is_sold_with(owner_client):
    owner_client.post(STUDIO, sound(model=["flux-pro-1.1-ultra"], size=None, aspect_ratio="1:1", seed="1"))
    job = Run.objects.latest("id").jobs.get()
    assert job.body()["size"] == "2048x2048"
    assert job.official_micros == 60_000
