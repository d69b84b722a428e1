"""What a batch was read as is shown, asked where it is not sure, and can be changed; bad lines can be left out."""

import re

import pytest

from gallery.models import Run
from tests.pages import Page
from tests.studio.test_batch_page import BATCH, file, form, post, wrong_lines
from tests.studio.test_review import typed_in

pytestmark = pytest.mark.django_db

ISSUE = "description;model\na red cat;flux-2-pro\na blue dog;flux-2-max\n"


def shown_again(page, **changes):
    """What the form on the page sends when one changes this in it and presses."""
    sent = typed_in(page)
    chosen = [each.node.find("option", selected=True) for each in page.all("select", name="column")]
    picked = [option["value"] if option else "" for option in chosen]
    for name in (
        "rows",
        "seed",
        "shape",
        "project",
        "output_format",
        "safety_tolerance",
        "steps",
        "guidance",
        "read_as",
    ):
        if page.all(name=name):
            sent[name] = page.value(name)
    for name in ("names", "encoding"):
        if page.all("input", name=name, type="radio"):
            sent[name] = page.value(name)
    return {**sent, "model": page.value("model"), "column": picked, **changes}


def pressed(client, page, **changes):
    response = client.post(BATCH, shown_again(page, **changes))
    assert response.status_code == 200
    return Page(response)


def question(page):
    return page.one("div", id="why-rows").text


def read_rows(page):
    """List the rows as the review shows them, without their lines."""
    section = page.html.partition('id="was-read"')[2].partition("</section>")[0]
    rows = Page(f"<main>{section}</main>")
    cells = [each.text for each in rows.all("td")]
    width = len(rows.all("th", scope="col")) - 1
    return [cells[place : place + width] for place in range(0, len(cells), width)]


def test_a_table_without_a_column_called_prompt_asks_which_one_it_is(owner_client):
    page = post(owner_client, ISSUE)
    assert "No column is called prompt. Is it “description”?" in question(page)
    assert "Nothing was bought." in question(page)
    assert page.value("rows") == ISSUE
    assert shown_again(page)["column"] == ["prompt", "model"]
    page = pressed(owner_client, page)
    assert page.one("h1").text == "Review 2 images"
    assert read_rows(page) == [["a red cat", "flux-2-pro"], ["a blue dog", "flux-2-max"]]
    owner_client.post(BATCH, typed_in(page) | {"start": "1"})
    assert [job.prompt for job in Run.objects.get().jobs.order_by("position")] == ["a red cat", "a blue dog"]
    assert [job.model for job in Run.objects.get().jobs.order_by("position")] == ["flux-2-pro", "flux-2-max"]


@pytest.mark.parametrize(
    "head",
    [
        "Prompt ;Model",
        "PROMPT;Modell",
        "提示词;模型",
        "プロンプト;モデル",
        "프롬프트;모델",
        "positive_prompt;model",
        "промпт;модель",
    ],
)
def test_usual_names_in_several_languages_are_known(owner_client, head):
    page = post(owner_client, f"{head}\na red cat;flux-2-pro\n")
    assert page.one("h1").text == "Review 1 image"
    assert read_rows(page) == [["a red cat", "flux-2-pro"]]


def test_an_index_and_notes_are_left_out_with_one_press_and_it_is_shown(owner_client):
    page = post(owner_client, "id,prompt,notes\n17,a cat,for Ann\n23,a dog,\n")
    assert "“id” and “notes” are left out unless you choose what they are." in question(page)
    page = pressed(owner_client, page)
    assert page.one("h1").text == "Review 2 images"
    assert "Left out: id, notes" in page.text
    assert read_rows(page) == [["a cat"], ["a dog"]]


def test_the_index_of_pandas_is_left_out_unasked(owner_client):
    page = post(owner_client, ",prompt,seed\n0,a cat,42\n1,a dog,43\n")
    assert read_rows(page) == [["a cat", "42"], ["a dog", "43"]]


def test_what_a_column_is_can_be_changed_and_is_checked(owner_client):
    page = post(owner_client, "idea,motif\na cat,a dog\n")
    assert shown_again(page)["column"] == ["prompt", ""]
    assert "Choose which column is the prompt." in question(pressed(owner_client, page, column=["", ""]))
    assert "Two columns are “prompt”." in question(pressed(owner_client, page, column=["prompt", "prompt"]))
    assert read_rows(pressed(owner_client, page, column=["", "prompt"])) == [["a dog"]]


def test_the_same_press_twice_is_one_run_and_other_columns_are_another(owner_client):
    page = post(owner_client, "idea,motif\na cat,a dog\n")
    sent = typed_in(pressed(owner_client, page)) | {"start": "1"}
    for _ in range(2):
        owner_client.post(BATCH, sent)
    assert Run.objects.count() == 1
    owner_client.post(BATCH, sent | {"column": ["", "prompt"]})
    assert {run.prompt for run in Run.objects.all()} == {"a cat", "a dog"}


def test_back_from_the_review_what_was_chosen_still_stands_and_making_it_again_asks_nothing(owner_client):
    review = pressed(owner_client, post(owner_client, "idea,motif\na cat,a dog\n"), column=["", "prompt"])
    page = Page(owner_client.post(BATCH, typed_in(review) | {"edit": "1"}))
    assert shown_again(page)["column"] == ["", "prompt"]
    owner_client.post(BATCH, typed_in(review) | {"start": "1"})
    again = Page(owner_client.get(BATCH, {"run": Run.objects.get().key}))
    sent = typed_in(again) | {"rows": again.value("rows"), "model": again.value("model"), "seed": "1 random"}
    assert read_rows(Page(owner_client.post(BATCH, form(**sent)))) == [["a dog"]]


def test_what_was_chosen_for_one_table_says_nothing_about_another(owner_client):
    page = post(owner_client, ISSUE)
    other = "notes;text\nfor Ann;a lamp\n"
    page = pressed(owner_client, page, rows=other)
    assert "Is it “text”?" in question(page)
    assert read_rows(pressed(owner_client, page)) == [["a lamp"]]


def test_prose_that_looks_like_a_table_can_be_read_line_by_line_and_back(owner_client):
    page = post(owner_client, "cat,red\ndog,blue\n")
    assert "a table, its cells parted by commas" in question(page)
    page = pressed(owner_client, page, read_as="lines")
    assert read_rows(page) == [["cat,red"], ["dog,blue"]]
    page = Page(owner_client.post(BATCH, typed_in(page) | {"edit": "1"}))
    page = pressed(owner_client, page, read_as="comma", names="yes")
    assert page.value("rows") == "cat,red\ndog,blue\n"
    page = pressed(owner_client, page, column=["", "prompt"])
    assert read_rows(page) == [["blue"]]


def test_a_header_of_one_column_is_never_bought(owner_client):
    assert read_rows(post(owner_client, "プロンプト\n赤い猫\n")) == [["赤い猫"]]
    page = post(owner_client, "Beschreibung\nein Käfer\n")
    assert "Is the first line, “Beschreibung”, the name of the column?" in question(page)
    assert read_rows(pressed(owner_client, page)) == [["ein Käfer"]]
    assert len(read_rows(pressed(owner_client, page, names="no"))) == 2


def test_excels_paste_without_names_asks_what_its_columns_are(owner_client):
    page = post(owner_client, "a red cat\tflux-2-pro\na dog\tflux-2-max\n")
    assert "No line names the columns." in question(page)
    assert read_rows(pressed(owner_client, page)) == [["a red cat", "flux-2-pro"], ["a dog", "flux-2-max"]]


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("gb18030", "描述;模型\n一只红色的猫坐在窗台上;flux-2-pro\n"),
        ("big5", "描述;模型\n一隻紅色的貓坐在窗台上;flux-2-pro\n"),
        ("euc_kr", "설명;모델\n창가에 앉은 빨간 고양이;flux-2-pro\n"),
        ("shift_jis", "説明;モデル\n窓辺に座る赤い猫;flux-2-pro\n"),
        ("utf-16-le", "説明;モデル\n窓辺に座る赤い猫;flux-2-pro\n"),
    ],
)
def test_a_file_in_the_encoding_of_its_country_is_read_and_stays_over_the_question(owner_client, encoding, words):
    page = post(owner_client, file=file(words.encode(encoding), name="表.csv"))
    assert page.value("rows") == words
    page = pressed(owner_client, page)
    assert read_rows(page) == [words.split("\n")[1].split(";")]
    assert "表.csv" in page.text


def test_a_file_whose_encoding_is_not_sure_asks_with_what_it_would_say(owner_client):
    page = post(owner_client, file=file("霓虹灯\n雨\n".encode("gb18030")))
    assert "Which of these does the file say?" in question(page)
    choices = {each["value"] for each in page.all("input", name="encoding")}
    assert {"gb18030", "big5hkscs", "cp949"} <= choices
    assert "霓虹灯 / 雨" in page.text
    for encoding in ("gb18030", "cp949"):
        review = pressed(owner_client, page, encoding=encoding)
        assert read_rows(review)[0] == ["霓虹灯".encode("gb18030").decode(encoding)]
    assert not Run.objects.exists()


def test_a_file_that_was_sure_says_how_it_was_read_and_can_be_read_anew(owner_client):
    review = post(owner_client, file=file("prompt\nGrüße aus São Paulo, preço, manhã\n".encode("cp1252")))
    assert "rows.csv, Western European (Windows-1252)" in review.text
    page = Page(owner_client.post(BATCH, typed_in(review) | {"edit": "1"}))
    assert page.value("encoding") == "cp1252"
    review = pressed(owner_client, page, encoding="cp1250")
    assert read_rows(review) == [["Grüße aus Săo Paulo, preço, manhă"]]
    assert "Central European (Windows-1250)" in review.text


BAD = "prompt,model\na cat,flux-2-pro\na dog,FLUX.2 [pro]\n,flux-2-pro\na hat,flux-2-pro\n"


def test_bad_lines_can_be_left_out_and_the_rest_is_bought_for_the_price_that_was_said(owner_client):
    page = post(owner_client, BAD)
    assert [line for line, *_ in wrong_lines(page)[:2]] == ["3", "4"]
    assert "Use flux-2-pro." in page.text
    button = page.one("button", name="leave_out")
    assert button.text == "Leave these 2 lines out"
    assert "The rest: 2 images, $0.06." in page.text or re.search(r"The rest: 2 images, \$0\.0\d", page.text)
    page = pressed(owner_client, page, leave_out=button["value"])
    assert page.one("h1").text == "Review 2 images"
    assert "Lines left out" in page.text
    assert not Run.objects.exists()
    for _ in range(2):
        owner_client.post(BATCH, typed_in(page) | {"start": "1"})
    run = Run.objects.get()
    assert (run.size, run.prompt) == (2, "a cat and 1 more row")


def test_models_as_people_write_them_are_suggested_and_taken_at_one_press(owner_client):
    rows = "prompt,model\na cat,FLUX.2 [pro]\na dog,flux 2 pro; flux-2-max\na hat,\n"
    page = post(owner_client, rows)
    assert [problem for *_, problem in wrong_lines(page)] == [
        "“FLUX.2 [pro]” is no FLUX model. Use flux-2-pro.", "“flux 2 pro” is no FLUX model. Use flux-2-pro.",
    ]  # fmt: skip
    button = page.one("button", name="as_meant")
    assert button.text == "Read “FLUX.2 [pro]” as flux-2-pro, “flux 2 pro” as flux-2-pro"
    page = pressed(owner_client, page, as_meant="on")
    assert page.one("h1").text == "Review 4 images"
    owner_client.post(BATCH, typed_in(page) | {"start": "1"})
    assert sorted(Run.objects.get().jobs.values_list("model", flat=True)) == [
        "flux-2-klein-4b", "flux-2-max", "flux-2-pro", "flux-2-pro",
    ]  # fmt: skip


def test_a_line_that_became_wrong_since_is_not_left_out_unasked(owner_client):
    page = post(owner_client, BAD)
    page = pressed(owner_client, page, rows=BAD + "a lamp,none\n", leave_out="3,4")
    assert page.one(id="what-is-wrong").text.startswith("3 lines need a change.")
    page = pressed(owner_client, page, rows=BAD.replace("FLUX.2 [pro]", "flux-2-pro"), leave_out="3,4")
    assert page.one("h1").text == "Review 3 images"


def test_where_every_line_is_wrong_there_is_nothing_to_leave_out(owner_client):
    page = post(owner_client, "prompt,model\na cat,none\n")
    assert not page.all("button", name="leave_out")


@pytest.mark.parametrize(
    "rows",
    [
        '[{"prompt": "a cat", "seed": 7}, {"prompt": "a dog", "seed": null}]',
        '{"prompt": "a cat", "seed": 7}\n{"prompt": "a dog"}\n',
        "| Prompt | Seed |\n|---|---|\n| a cat | 7 |\n| a dog | |\n",
        "sep=;\nprompt;seed;;\na cat;7;;\na dog;;;\n;;;\n",
        "prompt\tseed\r\na cat\t7\r\na dog\t\r\n",
        "prompt,seed\ra cat,7\ra dog,\r",
    ],
)
def test_what_other_programs_write_is_read(owner_client, rows):
    assert read_rows(post(owner_client, rows, seed="1")) == [["a cat", "7"], ["a dog", "–"]]


def test_numbers_and_dots_of_a_list_are_no_part_of_its_prompts(owner_client):
    assert read_rows(post(owner_client, "1. a cat\n2. a dog\n")) == [["a cat"], ["a dog"]]
    assert read_rows(post(owner_client, "- a cat\n- a dog\n")) == [["a cat"], ["a dog"]]
    page = post(owner_client, "1. a cat\n2. a dog\n")
    page = Page(owner_client.post(BATCH, typed_in(page) | {"edit": "1"}))
    assert read_rows(pressed(owner_client, page, read_as="lines")) == [["1. a cat"], ["2. a dog"]]


def test_whole_json_prompts_are_one_row_each_and_broken_json_is_said(owner_client):
    page = post(owner_client, '{\n  "scene": "a cafe",\n  "mood": "calm"\n}\n')
    assert page.one("h1").text == "Review 1 image"
    page = post(owner_client, '{\n  "scene": "a cafe"\n  "mood": "calm"\n}\n')
    assert "This begins like JSON, and is none: line 3" in page.errors()["rows"]


def test_a_key_or_a_column_that_is_sent_wrongly_is_no_500(owner_client):
    for changes in (
        {"read_of": "x", "read_as": "nothing", "column": ["prompt"] * 900},
        {"read_in": "nothing", "encoding": "rot13", "leave_out": "a,²,9999999999999"},
        {"rows": '["\\ud800 cat", "a dog"]'},
        {"rows": '{"prompt": "a cat", "seed": 1e999}'},
        {"rows": "prompt\n" + '"' * 99_999},
        {"read_in": "cp1252", "encoding": "utf-16-le", "rows": "a red cat ✓"},
    ):
        assert owner_client.post(BATCH, form(**{"rows": ISSUE, **changes})).status_code == 200
