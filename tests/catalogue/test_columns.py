"""Columns are known by their names in several languages, else by their values; what is not sure is asked."""

import pytest

from gallery.catalogue.models import model_names
from gallery.catalogue.problems import InvalidValue
from gallery.catalogue.tables import batches, columns, pasted
from gallery.catalogue.tables.pasted import Choice, key_of


def read(text, **choice):
    return batches.read(text, Choice(key_of(text), **choice) if choice else None)


def fields(text, **choice):
    return [column.field for column in read(text, **choice).columns]


def rows(text, **choice):
    return [dict(row.values) for row in read(text, **choice).rows]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        (" Prompt ", "prompt"), ("PROMPTS", "prompt"), ("positive_prompt", "prompt"), ("提示词", "prompt"),
        ("プロンプト", "prompt"), ("프롬프트", "prompt"), ("Промпт", "prompt"), ("Prompt:", "prompt"),
        ("ｐｒｏｍｐｔ", "prompt"),
        ("Modell", "model"), ("MODEL_ID", "model"), ("モデル", "model"), ("模型", "model"), ("modèle", "model"),
        ("Größe", "shape"), ("GROESSE", "shape"), ("尺寸", "shape"), ("サイズ", "shape"), ("resolution", "shape"),
        ("Breite", "width"), ("高さ", "height"), ("Seitenverhältnis", "aspect_ratio"), ("Aspect Ratio", "aspect_ratio"),
        ("アスペクト比", "aspect_ratio"), ("Startwert", "seed"), ("种子", "seed"), ("シード値", "seed"),
        ("num_inference_steps", "steps"), ("步数", "steps"), ("CFG Scale", "guidance"),
        ("Sicherheit", "safety_tolerance"),
        ("Dateiformat", "output_format"), ("格式", "output_format"),
        ("notes", ""), ("negative_prompt", ""), ("反向提示词", ""), ("Beschreibung", ""), ("project", ""), ("id", ""),
    ],
)  # fmt: skip
def test_a_column_is_known_by_its_name(name, field):
    assert columns.field_of(name) == field


@pytest.mark.parametrize(
    "name",
    ["description", "Beschreibung", "Text", "caption", "描述", "説明", "설명", "описание", "Prompt (EN)", "my prompt"],
)
def test_what_holds_prompts_in_many_tables_is_taken_for_one_and_asked(name):
    listing = read(f"{name};model\na red cat;flux-2-pro\n")
    assert [column.field for column in listing.columns] == ["prompt", "model"]
    assert listing.question == f"No column is called prompt. Is it “{name}”?"
    assert not read(
        f"{name};model\na red cat;flux-2-pro\n", kind="semicolon", has_names=True, fields=("prompt", "model")
    ).question


def test_every_name_stands_in_the_list_once():
    names = [name for field, each in columns.NAMES.items() for name in {*map(columns.plain, (field, *each))}]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_without_a_name_for_it_the_longest_texts_are_the_prompt_and_never_the_negative_ones():
    assert fields("Nr;Werk;negativer Prompt\n1;ein roter Käfer;sehr sehr hässlich und krumm\n") == ["", "prompt", ""]


def test_values_tell_what_columns_without_names_are():
    text = "1\ta red cat\tFLUX.2 [pro]\t16:9\t4711\n2\ta dog\tflux-2-max\t1024x768\t815\n"
    listing = read(text)
    assert (listing.kind, listing.has_names) == ("tab", False)
    assert [column.field for column in listing.columns] == ["", "prompt", "model", "shape", "seed"]
    assert listing.question


def test_a_first_line_of_other_values_than_the_rest_names_the_columns():
    assert read("Werk;Art\nein roter Käfer;flux-2-pro\neine Maus;flux-2-max\n").has_names
    assert not read("ein Käfer;flux-2-pro\neine Maus;flux-2-max\n").has_names


def test_a_format_that_is_a_ratio_is_a_shape_and_an_index_without_a_name_is_left_out():
    assert fields("Prompt;Format\na;16:9\nb;1:1\n") == ["prompt", "shape"]
    assert fields("Prompt;Format\na;png\n") == ["prompt", "output_format"]
    listing = read(",prompt\n0,a\n1,b\n")
    assert ([column.field for column in listing.columns], listing.question) == (["", "prompt"], "")
    assert "A column without a name is left out" in read(",prompt\n7,a\n3,b\n").question


@pytest.mark.parametrize(
    "text",
    [
        "a cat, oil painting, 4k\na dog, watercolor, 8k\n",
        "a cat; oil painting\na dog; watercolor\n",
        "{red|blue} cat\n{big|small} dog\n",
        "a|b\nc|d\n",
        "a portrait of a model, seed pods, size of a house",
        "cat;dog",
        "Prompt: a cat\nPrompt: a dog\n",
        "prompt engineering at its very best\n",
        "masterpiece,best quality,1girl\nmasterpiece,1boy\n",
        "16:9 is no number of a list\n3. of May\n",
    ],
)
def test_prose_is_no_table_however_it_is_punctuated(text):
    listing = read(text)
    assert (listing.kind, listing.question) == ("lines", "")
    assert [row.values["prompt"] for row in listing.rows] == text.rstrip("\n").split("\n")


def test_lists_lose_their_numbers_where_those_count_on():
    assert rows("1. a cat\n\n2. a dog\n") == [{"prompt": "a cat"}, {"prompt": "a dog"}]
    assert rows("1) a cat\n2) a dog\n") == [{"prompt": "a cat"}, {"prompt": "a dog"}]
    assert rows("• a cat\n• a dog\n") == [{"prompt": "a cat"}, {"prompt": "a dog"}]
    assert rows("１、猫\n２、犬\n") == [{"prompt": "猫"}, {"prompt": "犬"}]
    assert rows("2. Mai\n") == [{"prompt": "2. Mai"}]


@pytest.mark.parametrize(
    "text",
    [
        "１．a cat\n２．a dog", "① a cat\n② a dog", "a) a cat\nb) a dog", "i. a cat\nii. a dog", "(1) a cat\n(2) a dog",
        "#1 a cat\n#2 a dog", "Prompt 1: a cat\nPrompt 2: a dog", "**Prompt 1:** a cat\n**Prompt 2:** a dog",
        "- [ ] a cat\n- [x] a dog", "\uf0b7\ta cat\n\uf0b7\ta dog", "• a cat\n• a dog", "№ 1 a cat\n№ 2 a dog",
    ],
)  # fmt: skip
def test_lists_of_every_kind_lose_what_stands_in_front(text):
    listing = read(text)
    assert (listing.kind, listing.question) == ("list", "")
    assert [row.values["prompt"] for row in listing.rows] == ["a cat", "a dog"]


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        ("1. a cat\n3. a dog\n", ["a cat", "a dog"]),
        ("5. a cat\n6. a dog\n", ["a cat", "a dog"]),
        ("- a cat\n* a dog\n", ["a cat", "a dog"]),
        ("1. a cat\n   in a hat\n2. a dog\n", ["a cat\nin a hat", "a dog"]),
    ],
)
def test_a_list_with_gaps_or_several_lines_to_an_item_is_asked_about(text, prompts):
    listing = read(text)
    assert listing.question == "This is read as a list: numbers and dots in front are left out."
    assert [row.values["prompt"] for row in listing.rows] == prompts
    assert rows(text, kind="lines", has_names=False)[0]["prompt"] == text.split("\n")[0]


@pytest.mark.parametrize(
    "text",
    ["\ta cat\tflux-2-pro\n\ta dog\tflux-2-max\n", "\n\n\tprompt\tmodel\n0\ta cat\tflux-2-pro\n1\ta dog\tflux-2-max\n"],
)
def test_a_table_may_begin_with_an_empty_cell(text):
    listing = read(text)
    assert listing.kind == "tab"
    assert [column.field for column in listing.columns] == ["", "prompt", "model"]
    assert [row.values["prompt"] for row in listing.rows] == ["a cat", "a dog"]


def test_years_are_no_numbers_of_a_list():
    assert read("1920: a city\n1930: a city\n").kind == "lines"


TABLE = [{"prompt": "a cat", "model": "flux-2-pro"}]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('"sep=;"\nprompt;model\na cat;flux-2-pro', 3),
        ("SEP=;;\nprompt;model\na cat;flux-2-pro", 3),
        ("\ufeff\ufeffprompt;model\na cat;flux-2-pro", 2),
        ("提示词，模型\na cat，flux-2-pro", 2),
        ("提示词；模型\na cat；flux-2-pro", 2),
        ("プロンプト、モデル\na cat、flux-2-pro", 2),
        ("prompt، model\na cat، flux-2-pro", 2),
        ("prompt｜model\na cat｜flux-2-pro", 2),
        ("```csv\nprompt,model\na cat,flux-2-pro\n```", 3),
        ("~~~\nprompt,model\na cat,flux-2-pro\n~~~\n", 3),
        ('```json\n[{"prompt": "a cat", "model": "flux-2-pro"}]\n```', 2),
        ("+---+---+\n| prompt | model |\n+---+---+\n| a cat | flux-2-pro |\n+---+---+\n", 4),
        ("┌───┬───┐\n│ prompt │ model │\n├───┼───┤\n│ a cat │ flux-2-pro │\n└───┴───┘", 4),
    ],
)
def test_a_table_is_one_whatever_is_drawn_around_it(text, line):
    listing = read(text)
    assert listing.question == ""
    assert [dict(row.values) for row in listing.rows] == TABLE
    assert listing.rows[0].line == line


@pytest.mark.parametrize(
    ("above", "table"),
    [
        ("My export 2026\n\n", "prompt;model\na cat;flux-2-pro\n"),
        ("My export;;\n", "prompt;model\na cat;flux-2-pro\n"),
        ("# exported by x\n# today\n", "prompt,model\na cat,flux-2-pro\n"),
        ("Here is the table\n\n", "| prompt | model |\n|---|---|\n| a cat | flux-2-pro |\n"),
    ],
)
def test_titles_above_a_table_are_left_out_and_said(above, table):
    listing = read(above + table)
    assert [dict(row.values) for row in listing.rows] == TABLE
    assert listing.rows[0].line == above.count("\n") + table.count("\n")
    assert f"left out, from “{above.split(chr(10))[0]}” on" in listing.question
    assert rows(above + table, kind=listing.kind, has_names=True) == TABLE
    assert rows(above + table, kind="lines", has_names=False)[0] == {"prompt": above.split("\n")[0]}


def test_lines_of_prompts_are_no_titles_of_a_table():
    text = "a cat\na model, a seed and a shape\n"
    assert [row.values["prompt"] for row in read(text).rows] == text.split("\n")[:2]


@pytest.mark.parametrize(
    "head", ["الوصف,النموذج", "תיאור,מודל", "विवरण,मॉडल", "คำอธิบาย,โมเดล", "mô tả,mô hình", "kuvaus,malli", "тайп,жанр"]
)
def test_the_column_of_models_is_never_the_prompt_whatever_it_is_called(head):
    listing = read(f"{head}\na red cat,flux-2-pro\na dog,flux-2-max\n")
    assert [column.field for column in listing.columns] == ["prompt", "model"]
    assert listing.question


def test_values_tell_shapes_under_unknown_names_and_say_so():
    listing = read("prompt,Zuschnitt,Menge\na cat,16:9,3\na dog,1:1,4\n")
    assert [column.field for column in listing.columns] == ["prompt", "shape", ""]
    assert listing.question == "“Zuschnitt” is read as the shape. “Menge” is left out unless you choose what it is."


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "#NAME?", "#WERT!", "#NV", "nan", "NaN", "<NA>"])
def test_what_programs_write_for_an_empty_cell_is_no_prompt(cell):
    listing = read(f"prompt,seed\na cat,1\n{cell},2\n")
    assert [row.values["prompt"] for row in listing.rows] == ["a cat"]
    assert [(problem.line, problem.column) for problem in listing.problems] == [(3, "prompt")]


def test_a_long_prompt_in_quotes_keeps_its_lines_and_its_json():
    text = 'prompt,seed\n"{""scene"": ""a cafe, {red|blue}"",\n ""mood"": ""calm""}",7\n'
    assert rows(text) == [{"prompt": '{"scene": "a cafe, {red|blue}",\n "mood": "calm"}', "seed": "7"}]


def test_json_among_lines_is_one_prompt_however_many_lines_it_has():
    listing = read('a cat\n\n{\n "scene": "cafe | bar",\n "mood": "calm"\n}\na dog\n')
    assert [(row.line, row.values["prompt"][:9]) for row in listing.rows] == [
        (1, "a cat"),
        (3, '{\n "scene'),
        (7, "a dog"),
    ]
    broken = read("a cat\n{\nscene, mood\n}\n")
    assert [problem.line for problem in broken.problems] == [2, 4]


def test_rows_in_json_are_cells_and_json_without_a_prompt_is_one():
    assert rows('[{"prompt": {"scene": "x"}, "model": ["flux-2-pro", "flux-2-max"], "upsampling": true}]') == [
        {"prompt": '{"scene": "x"}', "model": "flux-2-pro, flux-2-max", "prompt_upsampling": "true"}
    ]
    assert rows('{"scene": "a"}\n{"scene": "b"}') == [{"prompt": '{"scene": "a"}'}, {"prompt": '{"scene": "b"}'}]
    assert rows('["a cat", "a dog"]') == [{"prompt": "a cat"}, {"prompt": "a dog"}]
    listing = read('\n{"prompt": "a"}\n{"prompt": "b", x}\n')
    assert [row.line for row in listing.rows] == [2]
    assert [(problem.line, problem.message) for problem in listing.problems] == [
        (3, "This line is no whole JSON object.")
    ]


@pytest.mark.parametrize(
    ("text", "found", "asks"),
    [
        ('{"prompts": ["a cat", "a dog"]}', [{"prompt": "a cat"}, {"prompt": "a dog"}], False),
        ('{"rows": [{"prompt": "a cat"}], "model": "flux-2-pro"}', TABLE, False),
        ('{"columns": ["prompt", "model"], "data": [["a cat", "flux-2-pro"]]}', TABLE, False),
        ('{"prompt": {"0": "a cat"}, "model": {"0": "flux-2-pro"}}', TABLE, True),
        ('{"prompt": ["a cat", "a dog"], "model": "flux-2-pro", "seed": [1, 2]}',
         [{"prompt": "a cat", "model": "flux-2-pro", "seed": "1"},
          {"prompt": "a dog", "model": "flux-2-pro", "seed": "2"}], True),
        ('{"subjects": [{"description": "x"}]}', [{"prompt": '{"subjects": [{"description": "x"}]}'}], False),
    ],
)  # fmt: skip
def test_rows_are_found_inside_one_object(text, found, asks):
    assert rows(text) == found
    assert bool(read(text).question) == asks


def test_what_pandas_writes_for_nothing_is_a_blank_cell():
    assert rows('[{"prompt": "a cat", "seed": NaN}, {"prompt": "a dog", "seed": 42.0}]') == [
        {"prompt": "a cat"}, {"prompt": "a dog", "seed": "42.0"},
    ]  # fmt: skip


@pytest.mark.parametrize("text", ['{\n "scene": "a"\n "mood": "b"\n}', '[{"prompt": "a"},\n {"prompt": "b"}\n', "[\n"])
def test_json_that_is_not_whole_is_not_sold_line_by_line(text):
    with pytest.raises(InvalidValue, match="begins like JSON"):
        read(text)


@pytest.mark.parametrize(
    "text",
    ["prompt", "Prompt;Model\n", "提示词\n", "description;model\n", "| prompt |\n|---|\n", "sep=;\nprompt;seed\n\n"],
)
def test_a_header_alone_is_nothing_to_buy(text):
    with pytest.raises(InvalidValue, match="at least one row"):
        read(text)


def test_more_rows_than_a_run_has_are_refused_whatever_they_are():
    for head, line in (("description;model\n", "a;b\n"), ("", "- a\n"), ("", '{"prompt": "a"}\n')):
        with pytest.raises(InvalidValue, match="more than 2,000 rows"):
            read(head + line * 10_000)


def test_what_was_chosen_counts_for_the_text_it_was_chosen_for_only():
    text = "idea;motif\na;b\n"
    chosen = {"kind": "semicolon", "has_names": True, "fields": ("", "prompt")}
    assert rows(text, **chosen) == [{"prompt": "b"}]
    other = batches.read("text;note\na;b\n", Choice(key_of(text), **chosen))
    assert (other.rows[0].values, bool(other.question)) == ({"prompt": "a"}, True)
    assert (
        read(text, kind="semicolon", has_names=True, fields=("", "")).question == "Choose which column is the prompt."
    )
    for kind in pasted.KINDS:
        assert read(text, kind=kind, has_names=False).rows


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("FLUX.2 [pro]", "flux-2-pro"), ("flux 2 pro", "flux-2-pro"), ("Flux.2 Klein 4B", "flux-2-klein-4b"),
        ("black-forest-labs/FLUX.2-flex", "flux-2-flex"), ("FLUX1.1 [pro] ultra", "flux-pro-1.1-ultra"), ("flux", ""),
    ],
)  # fmt: skip
def test_models_are_found_by_the_words_of_their_names(text, model):
    assert model_names.find(text) == model
    if model:
        with pytest.raises(InvalidValue, match=f"is no FLUX model. Use {model}."):
            batches.read_models(text)


@pytest.mark.parametrize(
    ("values", "field"), [(["png", "JPEG"], "output_format"), (["x", "y"], columns.LEFT_OUT), (["12", "99"], "seed")]
)
def test_a_column_without_a_name_is_what_its_values_are(values, field):
    assert columns._field_of_values(values) == field


def test_a_text_is_read_as_somebody_chose_though_it_looks_otherwise():
    rows = '[{"prompt": "a door"}]'
    assert pasted.read(rows, Choice(key_of(rows), pasted.JSON, False)).names == ("prompt",)
    assert pasted.read("", Choice(key_of(""), "comma", True)).records == []
    with pytest.raises(InvalidValue, match="double quotes in the line with the names"):
        pasted.read('"a,b\nc,d', Choice(key_of('"a,b'), "comma", True))
