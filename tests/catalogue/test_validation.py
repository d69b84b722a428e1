import pytest

from gallery.catalogue.models.flux_models import ids
from gallery.catalogue.parameters.validation import InvalidRequest, clean_request
from gallery.catalogue.problems import Problem


def body_of(model_id, **values):
    return clean_request(model_id, {"prompt": "a vase", "seed": "42", **values}).body


def problems_of(model_id, **values):
    with pytest.raises(InvalidRequest) as caught:
        clean_request(model_id, {"prompt": "a vase", "seed": "42", **values})
    return caught.value.problems


def test_the_least_request_sends_every_default_explicitly():
    assert body_of("flux-2-pro") == {
        "model": "flux-2-pro",
        "prompt": "a vase",
        "size": "1024x1024",
        "seed": 42,
        "safety_tolerance": 2,
        "output_format": "jpeg",
        "prompt_upsampling": False,
    }


def test_flex_sends_steps_and_guidance():
    assert body_of("flux-2-flex", steps="20", guidance="3.5", prompt_upsampling="on") == {
        "model": "flux-2-flex",
        "prompt": "a vase",
        "size": "1024x1024",
        "seed": 42,
        "safety_tolerance": 2,
        "output_format": "jpeg",
        "prompt_upsampling": True,
        "steps": 20,
        "guidance": 3.5,
    }
    assert body_of("flux-2-flex").items() >= {"steps": 50, "guidance": 4.5}.items()


def test_kontext_sends_a_ratio_and_expects_its_pixels():
    cleaned = clean_request("flux-kontext-pro", {"prompt": "a vase", "seed": 1, "aspect_ratio": "16:9"})
    assert cleaned.body["aspect_ratio"] == "16:9"
    assert "size" not in cleaned.body
    assert (cleaned.width, cleaned.height, cleaned.notes) == (1408, 792, ())


def test_what_a_model_does_not_take_is_left_out_unread():
    body = body_of("flux-2-klein-4b", steps="many", guidance=[], prompt_upsampling={}, n=3, response_format="b64_json")
    assert body.keys() == {"model", "prompt", "size", "seed", "safety_tolerance", "output_format"}


def test_1080_is_refused_with_a_way_out():
    expected = Problem("1080 is no multiple of 16. Use 1920x1088.", {"width": "1920", "height": "1088"})
    assert problems_of("flux-2-max", size="1920x1080") == {"size": expected}
    assert problems_of("flux-2-max", width="1920", height=1080) == {"height": expected}


def test_both_wrong_sides_are_told():
    assert problems_of("flux-dev", size="1000x1000")["size"].message == "1000 is no multiple of 16. Use 1008x1008."
    assert problems_of("flux-dev", width=1000, height=5000).keys() == {"width", "height"}
    assert problems_of("flux-dev", size="5000x10")["size"].message == "5000 is above 2048. 10 is below 64. Use 2048x64."


def test_size_and_sides_may_agree_but_not_differ():
    assert body_of("flux-dev", size="512x512", width="512", height="512")["size"] == "512x512"
    assert problems_of("flux-dev", size="512x512", width="512", height="768") == {
        "size": Problem("The size says 512x512, width and height say 512x768. Keep one of them.", {"size": "512x768"})
    }


def test_one_side_alone_is_a_problem_of_the_missing_one():
    assert problems_of("flux-dev", width="512").keys() == {"height"}
    assert problems_of("flux-dev", height="512", width=" ").keys() == {"width"}
    assert problems_of("flux-kontext-pro", width="512").keys() == {"height"}
    both = problems_of("flux-dev", width="1080")
    assert both["width"] == Problem("1080 is no multiple of 16. Use 1088.", {"width": "1088"})
    assert both.keys() == {"width", "height"}
    assert body_of("flux-dev", width="512 px", height="768px")["size"] == "512x768"
    assert problems_of("flux-dev", width="1080.5")["width"].offer == {"width": "1088"}


def test_a_size_becomes_a_ratio_for_kontext_and_the_cell_says_so():
    for size in ("1920x1088", "1920x1080"):
        cleaned = clean_request("flux-kontext-max", {"prompt": "a vase", "seed": 1, "size": size})
        assert cleaned.body["aspect_ratio"] == "16:9"
        assert cleaned.notes == (f"16:9 from {size}",)
    assert problems_of("flux-kontext-max", size="4000x30").keys() == {"size"}


def test_a_ratio_becomes_a_size_for_the_others_and_the_cell_says_so():
    cleaned = clean_request("flux-2-pro", {"prompt": "a vase", "seed": 1, "aspect_ratio": "16:9"})
    assert (cleaned.body["size"], cleaned.notes) == ("1360x768", ("1360x768 from 16:9",))
    assert "aspect_ratio" not in cleaned.body
    assert problems_of("flux-2-pro", aspect_ratio="5:1")["aspect_ratio"].offer == {"aspect_ratio": "7:3"}


def test_the_shape_of_the_models_own_kind_wins_without_a_note():
    values = {"prompt": "a vase", "seed": 1, "size": "1024x768", "aspect_ratio": "1:1"}
    assert clean_request("flux-2-pro", values).body["size"] == "1024x768"
    assert clean_request("flux-kontext-pro", values).body["aspect_ratio"] == "1:1"
    assert clean_request("flux-2-pro", values).notes == clean_request("flux-kontext-pro", values).notes == ()


def test_doubtful_sizes_are_sent_with_a_warning():
    for size in ("1040x1024", "1920x1088", "1440x1440", "128x128"):
        cleaned = clean_request("flux-pro-1.1", {"prompt": "a vase", "seed": 1, "size": size})
        assert cleaned.body["size"] == size
        assert cleaned.notes[0].startswith(f"{size} may be refused")
    assert clean_request("flux-pro-1.1-ultra", {"prompt": "a vase", "seed": 1, "size": "2048x2048"}).notes == ()


def test_safety_6_is_sent_with_a_warning_on_flux_2():
    values = {"prompt": "a vase", "seed": 1, "safety_tolerance": "6"}
    assert clean_request("flux-2-max", values).body["safety_tolerance"] == 6
    assert "may be refused" in clean_request("flux-2-max", values).notes[0]
    assert clean_request("flux-dev", values).notes == ()


def test_all_problems_come_at_once():
    problems = problems_of(
        "flux-2-flex",
        prompt=" ",
        seed="",
        size="big",
        safety_tolerance="7",
        output_format="gif",
        prompt_upsampling="maybe",
        steps="0",
        guidance="11",
    )
    assert problems.keys() == {
        "prompt",
        "seed",
        "size",
        "safety_tolerance",
        "output_format",
        "prompt_upsampling",
        "steps",
        "guidance",
    }
    assert problems["safety_tolerance"] == Problem("7 is above 6. Use 0 to 6.", {"safety_tolerance": "6"})
    assert problems["guidance"].offer == {"guidance": "10"}


def test_an_unknown_model_is_a_problem_too():
    for model_id in ("flux-9", None, [], "\ud800"):
        with pytest.raises(InvalidRequest) as caught:
            clean_request(model_id, {"prompt": "a vase", "seed": 1})
        assert caught.value.problems.keys() == {"model"}


@pytest.mark.parametrize("seed", ["-1", "2147483648", 2**31, "9" * 5000, 10**5000, -(10**5000)], ids="abcdef")
def test_a_seed_out_of_range_says_the_range(seed):
    assert "Use 0 to 2147483647." in problems_of("flux-dev", seed=seed)["seed"].message


@pytest.mark.parametrize("seed", ["4 2", "1e3", "nan", "0x10", "42.5", 42.0, True, [], {}, b"42", float("inf")])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    assert "is no whole number" in problems_of("flux-dev", seed=seed)["seed"].message


def test_the_seeds_bounds_and_tolerated_spellings():
    assert [
        body_of("flux-dev", seed=seed)["seed"] for seed in (0, "2147483647", " 42 ", "+7", "007", "42.0", "٤٢", "４２")
    ] == [
        0,
        2147483647,
        42,
        7,
        7,
        42,
        42,
        42,
    ]


@pytest.mark.parametrize("guidance", ["nan", "inf", "1e999", "1e1", "-", "4,5", float("nan"), True, [1.5], object()])
def test_guidance_that_is_no_number_is_refused(guidance):
    assert "is no number" in problems_of("flux-2-flex", guidance=guidance)["guidance"].message


def test_guidance_with_a_comma_offers_the_point_and_bounds_are_inclusive():
    assert problems_of("flux-2-flex", guidance="4,5")["guidance"] == Problem(
        "“4,5” is no number with a point. Write 4.5, or 4; 5 for two.", {"guidance": "4.5"}
    )
    assert problems_of("flux-2-flex", guidance="10,5")["guidance"].message.endswith("Write 10; 5 for two.")
    assert [body_of("flux-2-flex", guidance=value)["guidance"] for value in (1.5, "10", 10, "")] == [
        1.5,
        10.0,
        10.0,
        4.5,
    ]
    assert problems_of("flux-2-flex", guidance=10**400)["guidance"].offer == {"guidance": "10"}


@pytest.mark.parametrize(("raw", "value"), [("PNG", "png"), (" jpeg ", "jpeg"), ("", "jpeg"), (None, "jpeg")])
def test_the_format_is_read_leniently(raw, value):
    assert body_of("flux-dev", output_format=raw)["output_format"] == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [(True, True), ("on", True), ("False", False), (0, False), ("1", True), ("", False), (None, False)],
)
def test_upsampling_reads_what_forms_and_programs_send(raw, value):
    assert body_of("flux-dev", prompt_upsampling=raw)["prompt_upsampling"] is value


@pytest.mark.parametrize("raw", ["maybe", 2, 1.0, [], {}])
def test_upsampling_refuses_the_rest(raw):
    assert problems_of("flux-dev", prompt_upsampling=raw).keys() == {"prompt_upsampling"}


@pytest.mark.parametrize("prompt", ["", " \n\t ", None, "\u200b\u200d", "\u00a0"])
def test_a_prompt_that_shows_nothing_is_refused(prompt):
    assert problems_of("flux-dev", prompt=prompt)["prompt"].message == "Write what the picture should show."


@pytest.mark.parametrize(("prompt", "code"), [("a\x00b", "U+0000"), ("a\x7fb", "U+007F"), ("a\ud800b", "U+D800")])
def test_a_character_no_prompt_can_hold_is_named_and_its_removal_offered(prompt, code):
    problem = problems_of("flux-dev", prompt=prompt)["prompt"]
    assert f"Character 2 is {'half of a character' if code == 'U+D800' else 'a control character'} ({code})" in (
        problem.message
    )
    assert problem.offer == {"prompt": "ab"}


def test_a_prompt_of_32k_tokens_works_and_a_longer_one_says_how_long_it_is():
    assert len(body_of("flux-2-pro", prompt="word " * 32_000)["prompt"]) == 159_999
    assert problems_of("flux-2-pro", prompt="x" * 160_001)["prompt"].message.startswith("160,001 characters")


def test_line_breaks_of_a_browser_and_of_a_program_are_one_prompt():
    assert body_of("flux-dev", prompt=" a\r\nb\tc\rd \n")["prompt"] == "a\nb\tc\nd"


@pytest.mark.parametrize("prompt", [7, 1.5, True, ["a"], {"scene": "a"}, b"a"])
def test_a_prompt_that_is_no_text_is_refused(prompt):
    assert "is no text" in problems_of("flux-dev", prompt=prompt)["prompt"].message


@pytest.mark.parametrize("model_id", ids())
def test_every_model_cleans_every_kind_of_shape(model_id):
    for shape in ({}, {"size": "1024x1536"}, {"width": 512, "height": "512"}, {"aspect_ratio": "3:2"}):
        cleaned = clean_request(model_id, {"prompt": "a vase", "seed": 1, **shape})
        assert cleaned.width > 0 < cleaned.height


def test_the_error_reads_as_a_sentence_for_the_log():
    with pytest.raises(InvalidRequest, match="seed: A seed is missing"):
        clean_request("flux-dev", {"prompt": "a vase"})
