"""Moments as people and programs write them; a column decides whether the day or the month stands first."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.numbers.moments import InvalidMoment, read_column

on = datetime.fromisoformat
AT = on("2026-11-26 14:03")
MIDNIGHT = on("2026-11-26")
IN_UTC = AT.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-26 14:03", AT), ("2026-11-26T14:03:00", AT), ("2026-11-26T14:03:00.000", AT),
        ("2026-11-26", MIDNIGHT),
        ("2026/11/26 14:03", AT), ("2026/11/6", on("2026-11-06")), ("20261126", MIDNIGHT),
        ("26.11.2026", MIDNIGHT), ("26.11.2026 14:03", AT), ("26.11.2026, 14:03 Uhr", AT), ("26. 11. 2026", MIDNIGHT),
        ("6.5.26", on("2026-05-06")), ("26.11.26 14:03:00", AT), ("26.11.2026 um 14:03", AT),
        ("26/11/2026 14:03", AT), ("11/26/2026 2:03 PM", AT), ("11/26/2026, 2:03:00 p.m.", AT),
        ("26-11-2026", MIDNIGHT),
        ("12/12/2026", on("2026-12-12")), ("11/26/2026 12:00 AM", MIDNIGHT),
        ("26 Nov 2026 14:03", AT), ("26-Nov-2026", MIDNIGHT), ("Nov 26, 2026 14:03", AT),
        ("November 26th, 2026", MIDNIGHT),
        ("26. November 2026", MIDNIGHT), ("26 de noviembre de 2026", MIDNIGHT), ("26 novembre 2026 14h03", AT),
        ("1. März 2026", on("2026-03-01")), ("26 ноября 2026", MIDNIGHT),
        ("2026年11月26日 14:03", AT), ("2026年11月26日 14时03分", AT), ("２０２６－１１－２６", MIDNIGHT),
        ("2026. 11. 26.", MIDNIGHT), ("2026. 11. 26. 14:03", AT),
        ("Thu, 26 Nov 2026 14:03:00 +0000", IN_UTC), ("2026-11-26 14:03:00 +0000 UTC", IN_UTC),
        ("2026-11-26T14:03:00Z", IN_UTC), ("2026-11-26 14:03 UTC", IN_UTC),
        ("2026-11-26 14:03+08:00", AT.replace(tzinfo=timezone(timedelta(hours=8)))),
        ("2026-11-26T14:03:00.123456-0530", AT.replace(microsecond=123456, tzinfo=timezone(-timedelta(hours=5.5)))),
        ("1795701780", IN_UTC), ("1795701780123", IN_UTC),
        ("1795701780.0", IN_UTC),
    ],
)  # fmt: skip
def test_a_moment_is_read(text, moment):
    [read] = read_column([text])
    assert read == moment
    assert read.tzinfo == moment.tzinfo


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "14:03", "2026-02-30", "26.13.2026", "32/01/2026", "1999-12-31", "2100-01-01",
        "2026-11-26 25:00", "2026-11-26 14:60", "2026-11-26 14:03 somewhere",
        "2026-11-26 13:03 PM", "26 Foo 2026", "46352.5859", "0.03",
        "9999999999", "2026-11", "2026-11-26 14", "x" * 9_000,
        "2026-11-26" + " " * 99_999 + "x", "1" * 99_999, "\ud800", "2026-11-26 14:03:00 0.03",
    ],
)  # fmt: skip
def test_what_is_none_is_refused(text):
    [read] = read_column([text])
    assert isinstance(read, InvalidMoment)
    assert "it does not say when" in str(read)


@pytest.mark.parametrize(
    ("others", "month"), [(["26/11/2026"], 6), (["11/26/2026"], 5), (["13-01-2026", "2026-01-01"], 6)]
)
def test_a_column_decides_whether_the_day_is_first(others, month):
    assert read_column(["05/06/2026", *others])[0] == on(f"2026-{month:02}-{11 - month:02}")


@pytest.mark.parametrize("others", [[], ["2026-11-26"], ["26/11/2026", "11/26/2026"], ["07/08/2026"]])
def test_what_can_mean_two_days_is_refused_with_both(others):
    read = read_column(["05/06/2026", *others])[0]
    assert "can mean 2026-05-06 or 2026-06-05" in str(read)


MOMENTS = st.datetimes(on("2000-01-01"), on("2099-12-31")).map(lambda at: at.replace(microsecond=0))
FORMS = ("%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d, %H:%M:%S", "%d %b %Y %H:%M:%S", "%B %d, %Y %I:%M:%S %p")


@given(st.lists(MOMENTS, min_size=1), st.sampled_from(FORMS))
def test_every_moment_is_read_as_it_was_written(moments, form):
    assert read_column([f"{at:{form}}" for at in moments]) == moments


@given(st.lists(MOMENTS, min_size=1), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y %H:%M", "%m/%d/%y"]))
def test_no_day_is_read_as_another(moments, form):
    for read, at in zip(read_column([f"{at:{form}}" for at in moments]), moments, strict=True):
        assert isinstance(read, InvalidMoment) or read.date() == at.date()


@given(st.text(alphabet="0123456789-/.: TZ+apmNov年月日", max_size=25) | st.text())
def test_any_text_is_a_moment_or_none(text):
    [read] = read_column([text])
    assert isinstance(read, InvalidMoment) or 2000 <= read.year < 2100
