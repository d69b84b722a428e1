import re
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.parameters.seeds import InvalidSeeds, count_seeds, draw_seeds, draws_any, parse_seeds


def draw(number):
    return range(1000, 1000 + number)


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("42", (42,)),
        ("42, 43, 100..103", (42, 43, 100, 101, 102, 103)),
        (" 42 43;44\n45\t,, 46 , ", (42, 43, 44, 45, 46)),
        ("100 .. 102", (100, 101, 102)),
        ("1...3, 5…6", (1, 2, 3, 5, 6)),
        ("7,7,5..8,7", (7, 5, 6, 8)),
        ("007", (7,)),
        ("0, 2147483647", (0, 2147483647)),
        ("random", (1000,)),
        ("3 random", (1000, 1001, 1002)),
        ("3Random", (1000, 1001, 1002)),
        ("2 random, 42, random", (1000, 1001, 42, 1002)),
        ("1001, 2 random", (1001, 1000, 1002)),
        ("2 random 1000..1001", (1002, 1003, 1000, 1001)),
        ("5..5", (5,)),
        ("20,30", (20, 30)),
        ("20, 30,", (20, 30)),
        ("100-103", (100, 101, 102, 103)),
        ("100–103", (100, 101, 102, 103)),
        ("100 — 103", (100, 101, 102, 103)),
        ("100～103、１０５", (100, 101, 102, 103, 105)),
        ("٤٢، ४३", (42, 43)),
        ("42.0, 43.00", (42, 43)),
        ("+5", (5,)),
        ("4\u00a0random", (1000, 1001, 1002, 1003)),
        ("[42, 43]", (42, 43)),
        ("[42. 43.]", (42, 43)),
        ("(42, 43)", (42, 43)),
        ("\ufeff42,\u200b 43", (42, 43)),
        ("1'234'567; 1’000", (1234567, 1000)),
        ("1\u202f234\u202f567", (1234567,)),
        ("1.234.567", (1234567,)),
        ("100,200,300", (100, 200, 300)),
    ],
)
def test_the_field_is_read(text, seeds):
    assert parse_seeds(text, draw=draw) == seeds
    assert count_seeds(text) == len(seeds)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "at least one"),
        (" , ", "at least one"),
        ("42, abc", "“abc” is no seed"),
        ("-5", "“-5” is no seed"),
        ("-5", "Use 5, or 1 random."),
        ("−5", "Use 5, or 1 random."),
        ("7, -1", "Elsewhere it means a random one: write 1 random."),
        ("-1.0", "write 1 random."),
        ("4x", "Write 4 random, or 4."),
        ("3 x", "Write 3 random, or 3."),
        ("x4", "Write 4 random, or 4."),
        ("4×", "Write 4 random, or 4."),
        ("1,234", "can be one seed or several. Write 1234, or 1, 234."),
        ("1,234,567", "Write 1234567, or 1, 234, 567."),
        ("1\u00a0234", "Write 1234, or 1, 234."),
        ("1e3", "may have lost digits"),
        ("1.23457E+09", "may have lost digits"),
        ("4294967295", "such as 2147483647"),
        ("1.5", "“1.5” is no seed"),
        ("42..", "“42..” is no seed"),
        ("100--110", "is no seed"),
        ("100-", "“100-” is no seed"),
        ("4 randoms", "“randoms” is no seed"),
        ("2147483648", "too large"),
        ("9" * 5000, "too large"),
        ("110..100", "Write 100..110."),
        ("0 random", "0 random gives no picture"),
        ("401 random", "at most 400"),
        ("9" * 5000 + " random", "at most 400"),
        ("0..2147483647", "2,147,483,648 seeds: at most 400"),
        ("1..400", ""),
        ("1..300, 301..401", "more than 400"),
        ("399 random, 1, 2", "more than 400"),
        ("1," * 5000, "too long"),
        (None, "as text"),
        (42, "as text"),
    ],
)
def test_the_wrong_part_is_named(text, part):
    if not part:
        assert count_seeds(text) == 400
        return
    for read in (parse_seeds, count_seeds):
        with pytest.raises(InvalidSeeds) as caught:
            read(text)
        assert part in str(caught.value)


def test_equal_ranges_count_once():
    assert count_seeds("1..300, 1..300, 1..400") == 400


def test_counting_draws_nothing():
    assert count_seeds("399 random, 5") == 400


def test_drawn_seeds_are_distinct_and_within_bounds():
    seeds = parse_seeds("400 random")
    assert len(set(seeds)) == 400
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert len(draw_seeds(0)) == 0


@given(st.text(max_size=60) | st.text(alphabet="0123456789., randomRANDOM;-\n", max_size=60))
def test_any_text_is_seeds_or_a_sentence(text):
    try:
        seeds = parse_seeds(text, draw=draw)
    except InvalidSeeds as wrong:
        str(wrong).encode()
        with pytest.raises(InvalidSeeds):
            count_seeds(text)
    else:
        assert len(set(seeds)) == len(seeds) == count_seeds(text) <= 400
        assert all(0 <= seed < 2**31 for seed in seeds)


@given(
    st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=400, unique=True), st.sampled_from([", ", " ", ";", "\n"])
)
def test_written_seeds_read_back(seeds, separator):
    assert parse_seeds(separator.join(map(str, seeds))) == tuple(seeds)


@given(st.integers(0, 2**31 - 400), st.integers(1, 400), st.integers(0, 50))
def test_a_range_and_random_ones_add_up(first, length, random):
    text = f"{first}..{first + length - 1}" + (f", {random} random" if random else "")
    if length + random > 400:
        with pytest.raises(InvalidSeeds):
            count_seeds(text)
    else:
        counter = count(first)
        seeds = parse_seeds(text, draw=lambda number: [next(counter) for _ in range(number)])
        assert len(set(seeds)) == length + random


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("1, 2, .., 5", (1, 2, 3, 4, 5)),
        ("1,2,…,4, 9", (1, 2, 3, 4, 9)),
        ("10, 20, ..., 45", (10, 20, 30, 40, 45)),
        ("5, 4, .., 1", (5, 4, 3, 2, 1)),
        ("0, 1000000, .., 3000000", (0, 1000000, 2000000, 3000000)),
    ],
)
def test_a_progression_goes_on_as_it_began(text, seeds):
    assert parse_seeds(text) == seeds
    assert count_seeds(text) == len(seeds)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1, .., 5", "after two seeds"),
        ("1, 2, ..", "after two seeds"),
        ("1..3, 5, .., 9", "after two seeds"),
        ("2 random, 3, .., 9", "after two seeds"),
        ("5, 5, .., 9", "no steps lead to 9"),
        ("2, 3, .., 1", "no steps lead to 1"),
        ("0, 1, .., 2147483647", "more than 400 seeds"),
    ],
)
def test_a_progression_that_leads_nowhere_says_why(text, says):
    with pytest.raises(InvalidSeeds, match=re.escape(says)):
        parse_seeds(text)


def test_it_is_known_whether_seeds_are_drawn():
    assert [draws_any(text) for text in ("1, 2", "1, 2 random", "random")] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("-1", "1 random"),
        ("7, -1, -1", "7, 1 random, 1 random"),
        ("7, -5", "7, 5"),
        ("-2147483649", "1"),
        ("9, 1,234", "9, 1, 234"),
    ],
)
def test_what_is_meant_is_offered_and_can_be_taken(text, offer):
    with pytest.raises(InvalidSeeds) as caught:
        parse_seeds(text, draw=draw)
    assert caught.value.problem.offer == {"seed": offer}
    assert parse_seeds(offer, draw=draw)


def test_a_seed_that_is_taken_is_not_drawn(monkeypatch):
    numbers = iter([7, 7, 8, 8, 9])
    monkeypatch.setattr("gallery.catalogue.parameters.seeds.secrets.randbelow", lambda _: next(numbers))
    assert draw_seeds(2, taken={7}) == (8, 9)
