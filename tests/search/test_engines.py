"""Both engines find what the plain matcher finds in the same rows: the suite runs on each of them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.models import Image, Job
from gallery.services.search import finding, index
from tests.rows import make_images
from tests.search.rows import found, found_prompts, make_prompted, matched

pytestmark = pytest.mark.django_db

LATIN = ("cat", "car", "cats", "red", "is", "the", "é", "E\u0301", "x" * 70)
WORDS = (*LATIN, "猫", "犬", "が", "แ", "ม", "고", "양", "👩", "🚀")
SHARED = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

prompts = st.lists(st.sampled_from((*WORDS, " ", " ", " - ", ".")), max_size=12).map("".join) | st.text(max_size=20)
terms = st.sampled_from(WORDS) | st.builds("{}{}".format, st.sampled_from(WORDS), st.sampled_from(WORDS))
operands = st.one_of(terms, terms.map("{}*".format), st.builds('"{} {}"'.format, terms, terms), st.just("*"))
queries = st.recursive(
    operands,
    lambda within: st.one_of(
        within.map("NOT {}".format), within.map("({})".format),
        st.builds("{}{}{}".format, within, st.sampled_from([" ", " AND ", " OR ", " NOT "]), within),
    ),
    max_leaves=6,
)  # fmt: skip


@pytest.fixture
def images(owner):
    return make_images(owner, 6)


@SHARED
@given(prompts=st.lists(prompts, min_size=6, max_size=6), asked=st.lists(queries | st.text(max_size=30), min_size=4))
def test_they_agree_with_the_plain_matcher(images, prompts, asked):
    for image, prompt in zip(images, prompts, strict=True):
        Job.objects.filter(pk=image.job_id).update(prompt=prompt.replace("\x00", ""))
    index.write_texts([image.id for image in images])
    for text in asked:
        ids = matched(text)
        assert found(text) == ids, text
        assert set(Image.objects.filter(finding.found_condition(text)).values_list("id", flat=True)) == set(ids)
        for last in ids[:2]:
            page = finding.find_images(Image.objects.kept(), text).before(last)[:2]
            assert [image.id for image in page] == [pk for pk in ids if pk < last][:2]


SCRIPTS = (
    "黒い猫", "猫と犬が走る", "แมวดำนอน", "길고양이를 안은 사람", "고양이 한 마리", "astronaut 👩🏽‍🚀 🚀", "Café noir",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        ("猫", ["黒い猫", "猫と犬が走る"]),
        ("猫と", ["猫と犬が走る"]),
        ("犬が走", ["猫と犬が走る"]),
        ("走犬", []),
        ("แม", ["แมวดำนอน"]),
        ("ดํา", ["แมวดำนอน"]),
        ("고양이", ["길고양이를 안은 사람", "고양이 한 마리"]),
        ("고양", ["길고양이를 안은 사람", "고양이 한 마리"]),
        ("🚀", ["astronaut 👩🏽‍🚀 🚀"]),
        ("👩‍🚀", ["astronaut 👩🏽‍🚀 🚀"]),
        ("ｃａｆé", ["Café noir"]),
        ("NOT 猫 NOT 고 NOT แ", ["astronaut 👩🏽‍🚀 🚀", "Café noir"]),
    ],
)  # fmt: skip
def test_every_script_is_found_from_one_character_on(owner, text, prompts):
    make_prompted(owner, *SCRIPTS)
    assert found_prompts(text) == prompts


def test_pages_of_a_common_word_neither_repeat_nor_skip(owner, colleague, django_assert_max_num_queries):
    mine = make_prompted(owner, *["a common boat"] * 70)
    make_prompted(colleague, *["a common boat"] * 70)
    rows, pages, last = Image.objects.of(owner).kept(), [], None
    while True:
        with django_assert_max_num_queries(20):
            page = finding.find_images(rows, "common").before(last)[:31]
        pages += [image.id for image in page[:30]]
        if len(page) < 31:
            break
        last = page[29].id
    assert pages == [image.id for image in reversed(mine)]


def test_where_few_rows_are_left_their_texts_are_read(owner, colleague, monkeypatch):
    monkeypatch.setattr(finding, "FEW", 5)
    mine = make_prompted(owner, "a boat", "a car", "a boat at sea")
    make_prompted(colleague, *["a boat"] * 20)
    assert found("boat", Image.objects.of(owner).kept()) == [mine[2].id, mine[0].id]
