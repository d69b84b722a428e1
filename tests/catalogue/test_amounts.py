"""Amounts of money as people and files write them: read exactly, or refused with every reading named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.numbers.amounts import MOST_MICROS, InvalidAmount, read_amount, read_column
from gallery.catalogue.numbers.money import left, money, typed
from gallery.catalogue.numbers.numerals import readings

DOLLAR = 1_000_000


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        # a decimal comma, where it can mean nothing else
        ("5,00", 5 * DOLLAR), ("1,5", 1_500_000), ("0,035", 35_000), ("0,04", 40_000), (",50", 500_000),
        ("00,5", 500_000), ("1250,125", 1_250_125_000), ("1,0000", DOLLAR), ("5,", 5 * DOLLAR),
        # grouped thousands, where they group
        ("1,250.75", 1_250_750_000), ("1 250,75", 1_250_750_000), ("1\u00a0250,75", 1_250_750_000),
        ("1\u202f250,75", 1_250_750_000), ("1\u2009250.75", 1_250_750_000), ("1’250.75", 1_250_750_000),
        ("1'250.75", 1_250_750_000), ("1'250", 1_250 * DOLLAR), ("2.500,00", 2_500 * DOLLAR),
        ("1.000,00", 1_000 * DOLLAR), ("1.000,000", 1_000 * DOLLAR), ("1,234,567.89", 1_234_567_890_000),
        ("1.234.567,89", 1_234_567_890_000), ("1 000", 1_000 * DOLLAR), ("1,00,000.50", 100_000_500_000),
        # currency words and signs
        ("$5", 5 * DOLLAR), ("5 USD", 5 * DOLLAR), ("US$ 5", 5 * DOLLAR), ("USD5.00", 5 * DOLLAR),
        ("0.03 USD", 30_000), ("0,03 $", 30_000), ("$1,250.75 USD", 1_250_750_000), ("5 dollars", 5 * DOLLAR),
        ("US-Dollar 5,00", 5 * DOLLAR), ("U.S. $5", 5 * DOLLAR), ("5,00 $US", 5 * DOLLAR), ("＄5", 5 * DOLLAR),
        ("5 (USD)", 5 * DOLLAR), ("$.50", 500_000), ("5 美元", 5 * DOLLAR),
        # other digits and signs, and what nobody sees
        ("５，００", 5 * DOLLAR), ("٥٫٥", 5_500_000), ("١٬٢٣٤٫٥", 1_234_500_000), ("१.५", 1_500_000),
        ("\u200e5.00\u200f", 5 * DOLLAR), ("\ufeff5.00", 5 * DOLLAR), ("  5.00\t", 5 * DOLLAR),
        # short forms
        (".50", 500_000), ("5.", 5 * DOLLAR), ("+5", 5 * DOLLAR), ("5,-", 5 * DOLLAR), ("5.–", 5 * DOLLAR),
        ("'5.00", 5 * DOLLAR), ("0", 0), ("0.000", 0), ("0,000", 0), ("-0.00", 0),
        ("0.0300000000", 30_000), ("0.000001", 1), ("99999999.999999", MOST_MICROS - 1),
    ],
)  # fmt: skip
def test_what_can_mean_one_amount_is_read(text, micros):
    assert read_amount(text) == micros


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("1,000", ("1.00", "1000.00")),
        ("1.000", ("1.00", "1000.00")),
        ("1.125", ("1.1250", "1125.00")),
        ("$12,345", ("12.3450", "12345.00")),
        ("１，０００", ("1.00", "1000.00")),
        ("1.000 USD", ("1.00", "1000.00")),
        ("12.345.678", ("12345.678", "12345678.00")),
        ("1,234,567", ("1234.567", "1234567.00")),
        ("1,00,000", ("100.00", "100000.00")),
        ("3 cents", ("0.03",)),
        ("3¢", ("0.03",)),
    ],
)
def test_what_can_mean_two_is_refused_with_both(text, choices):
    with pytest.raises(InvalidAmount) as refused:
        read_amount(text)
    assert tuple(map(typed, refused.value.choices)) == choices
    assert all(choice in str(refused.value) for choice in choices)
    assert [read_amount(choice) for choice in choices] == list(refused.value.choices)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("€5", "is in euros, and the books are in US dollars"), ("5,00 EUR", "euros"), ("¥5", "yen or yuan"),
        ("￥5", "yen or yuan"), ("£5", "pounds"), ("CHF 5.–", "Swiss francs"), ("C$5", "Canadian dollars"),
        ("HK$ 5", "Hong Kong dollars"), ("Rs.500", "rupees"), ("5 元", "yuan"),
        ("5k", "“k”"), ("5 %", "“%”"), ("5²", "“²”"), ("~5", "“~”"), ("$5 €", "euros"), ("CAD $5", "Canadian dollars"),
        ("5 Australian Dollars", "Australian dollars"), ("EUR € 5", "euros"),
        ("-5", "not negative"), ("−5", "not negative"), ("–5", "not negative"), ("(5)", "not negative"),
        ("$-5", "not negative"), ("5-", "not negative"), ("-$5", "not negative"),
        ("0.0000001", "at most six decimals"), ("0,1234567", "at most six decimals"),
        ("100000000.01", "too much"), ("9" * 50, "too much"), ("9" * 5000, "no amount"),
        ("", "No amount"), ("   ", "No amount"), ("five", "Write dollars as a number"), ("½", "Write dollars"),
        ("①", "Write dollars"), ("1e3", "no amount"), ("1E-2", "no amount"), ("1 25", "no amount"),
        ("12,34.50", "no amount"), ("12.34.567", "no amount"), ("1.000.00", "no amount"), ("1_000", "no amount"),
        ("1 000 00", "no amount"), ("0,000,001", "no amount"), ("5..0", "no amount"), ("--5", "no amount"),
        ("5-10", "no amount"), ("1,2,3", "no amount"), ("0x10", "no amount"), ("(5", "no amount"),
        ("5\x00", "beside the number"), ("\xad5", "beside the number"), ("5\n000", "beside the number"),
        ("nan", "Write dollars"), ("Infinity", "Write dollars"), ("\ud800", "Write dollars"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_in_words(text, words):
    with pytest.raises(InvalidAmount, match=r".") as refused:
        read_amount(text)
    assert words in str(refused.value)
    str(refused.value).encode()
    assert refused.value.choices == ()


def refused_or(read, text):
    """Return what a reader reads, or its refusal."""
    try:
        return read(text)
    except InvalidAmount as refused:
        return refused


def column(*texts):
    """Read a column, as dollars; what was refused as the amounts it can mean."""
    read = read_column(texts)
    return [[typed(choice) for choice in each.choices] if isinstance(each, InvalidAmount) else each for each in read]


def test_a_column_with_decimal_points_groups_by_commas():
    assert column("0.03", "1,000", "1.000", "1,234,567", "12.345.678") == [
        30_000, 1_000 * DOLLAR, DOLLAR, 1_234_567 * DOLLAR, ["12345.678", "12345678.00"],
    ]  # fmt: skip


def test_a_column_with_decimal_commas_groups_by_points_and_leaves_a_lone_comma_ambiguous():
    assert column("0,03", "1,000", "1.000", "2.345.678", "1,234,567") == [
        30_000, ["1.00", "1000.00"], 1_000 * DOLLAR, 2_345_678 * DOLLAR, ["1234.567", "1234567.00"],
    ]  # fmt: skip


@pytest.mark.parametrize("others", [(), ("5", "7"), ("0,03", "0.03"), ("1 000",), ("euros",)])
def test_a_column_that_shows_no_decimal_mark_or_both_decides_nothing(others):
    assert column("1,000", "1.000", *others)[:2] == [["1.00", "1000.00"]] * 2


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("-0.03", -30_000), ("−$0.03", -30_000), ("(0.03)", -30_000), ("($0.03)", -30_000), ("0.03-", -30_000),
        ("3e-02", 30_000), ("3E-02", 30_000), ("3,0E-02", 30_000), ("1e3", 1_000 * DOLLAR), ("3.5e-05", 35),
        ("0.30000000000000004", 300_000), ("0.09999999999999999", 100_000), ("0.030000000000000002", 30_000),
    ],
)  # fmt: skip
def test_a_file_may_go_below_zero_and_write_as_programs_do(text, micros):
    assert read_column([text]) == [micros]


@pytest.mark.parametrize("text", ["1e-7", "0.03000001", "1e999", "1e-999", "-(5)", "5 EUR", ""])
def test_a_file_is_not_believed_everything(text):
    [refused] = read_column([text])
    assert isinstance(refused, InvalidAmount)
    assert len(str(refused)) < 200


MICROS = st.integers(0, MOST_MICROS)


def written(micros, *, point, group, pad):
    """Write an amount as somebody would who uses these marks; `pad`: so many decimals at least."""
    whole, rest = divmod(micros, DOLLAR)
    decimals = f"{rest:06d}".rstrip("0").ljust(pad, "0")
    return f"{whole:,}".replace(",", group) + (point + decimals if decimals else "")


@given(
    MICROS,
    st.sampled_from([(".", ","), (",", "."), (".", " "), (",", "\u202f"), (".", "’"), (",", "")]),
    st.integers(0, 9),
)
def test_every_way_to_write_an_amount_is_read_as_it_or_refused_with_it(micros, marks, pad):
    text = written(micros, point=marks[0], group=marks[1], pad=pad)
    found = refused_or(read_amount, text)
    assert found == micros or (micros in found.choices and len(found.choices) == 2)


@given(MICROS)
def test_what_stands_in_a_field_is_read_as_the_same_again(micros):
    assert read_amount(typed(micros)) == micros


@given(st.integers(-MOST_MICROS, MOST_MICROS))
def test_what_stands_on_a_page_is_read_as_the_same_or_offered(micros):
    [read] = read_column([money(micros)])
    assert read == micros or micros in read.choices


@given(st.text(alphabet="0123456789.,' -–()eE$€kUSD٫５\u00a0\u202f\n", max_size=12) | st.text())
def test_any_text_is_an_amount_or_refused_in_words_that_can_be_shown(text):
    for read in (read_amount, lambda each: read_column([each])[0]):
        found = refused_or(read, text)
        assert isinstance(found, int) or str(found).encode()
        assert isinstance(found, InvalidAmount) or abs(found) <= MOST_MICROS


@pytest.mark.parametrize(
    "text", ["x" + " " * 50_000 + "x5x", "5" * 2_000_000, "5 " * 500_000, "(" * 50_000 + "5", "x" + " " * 55 + "x5"]
)
def test_a_text_that_is_far_too_long_is_refused_at_once(text):
    with pytest.raises(InvalidAmount):
        read_amount(text)


@given(st.lists(MICROS, min_size=1), st.sampled_from([(".", ","), (",", ".")]))
def test_no_amount_of_a_column_is_read_as_another(amounts, marks):
    texts = [written(each, point=marks[0], group=marks[1], pad=2) for each in amounts]
    for found, meant in zip(read_column(texts), amounts, strict=True):
        assert found == meant or meant in found.choices


@pytest.mark.parametrize(("micros", "words"), [(300_000, "$0.30 left"), (0, "$0.00 left"), (-130_000, "over by $0.13")])
def test_what_is_left_is_never_negative(micros, words):
    assert left(micros) == words


@pytest.mark.parametrize("text", ["abc", "", "e3", "1" * 1000, "1.2.3e5"])
def test_what_is_no_number_has_no_readings(text):
    assert readings(text) == []
