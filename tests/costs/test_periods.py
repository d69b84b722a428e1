"""Periods: months, quarters, years and ranges, as addresses name them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.services.ledger import periods

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("query", "start", "end", "title"),
    [
        ({}, "2026-11-01", "2026-11-30", "November 2026"),
        ({"month": "2028-02"}, "2028-02-01", "2028-02-29", "February 2028"),
        ({"quarter": "2026-Q4"}, "2026-10-01", "2026-12-31", "Fourth quarter 2026"),
        ({"year": "2025"}, "2025-01-01", "2025-12-31", "2025"),
        ({"from": "2026-10-31", "to": "2026-11-02"}, "2026-10-31", "2026-11-02", "31 October 2026 to 2 November 2026"),
        ({"from": "2026-10-31", "to": "2026-10-31"}, "2026-10-31", "2026-10-31", "31 October 2026"),
        ({"from": "2026-11-20"}, "2026-11-20", "2026-11-25", "20 November 2026 to 25 November 2026"),
    ],
)
def test_an_address_names_a_period(query, start, end, title):
    period = periods.read_period(query, today=TODAY)
    assert (period.start.isoformat(), period.end.isoformat(), period.title) == (start, end, title)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"month": "2026-13"}, "no such month"),
        ({"month": "november"}, "like 2026-11"),
        ({"month": "2026-11\x00"}, "like 2026-11"),
        ({"month": "٢٠٢٦-١١"}, "like 2026-11"),
        ({"quarter": "2026-Q5"}, "no such quarter"),
        ({"quarter": "2026-Q0"}, "no such quarter"),
        ({"year": "9999"}, "no such year"),
        ({"from": "2026-02-30", "to": "2026-03-01"}, "like 2026-11-25"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "Exchange them"),
        ({"from": "2001-01-01", "to": "2026-03-01"}, "at most ten years"),
    ],
)
def test_what_is_no_period_says_why(query, says):
    with pytest.raises(periods.InvalidPeriod, match=says):
        periods.read_period(query, today=TODAY)


@given(kind=st.sampled_from(["month", "quarter", "year"]), day=st.dates(date(2002, 1, 1), date(2097, 1, 1)))
def test_neighbours_touch_and_addresses_lead_back(kind, day):
    period = periods.period_around(kind, day)
    assert period.holds(day)
    assert period.before.end + timedelta(days=1) == period.start
    assert period.after.start == period.end + timedelta(days=1)
    assert period.after.before == period
    assert periods.read_period(period.query, today=TODAY) == period


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2026-01-01", "2026-12-31", "2026-01-01", "2026-12-31"),
        ("2026-01-02", "2026-12-30", "2026-02-01", "2026-11-30"),
        ("2026-11-01", "2026-11-30", "2026-11-01", "2026-11-30"),
        ("2026-10-31", "2026-12-01", "2026-11-01", "2026-11-30"),
    ],
)
def test_the_whole_months_between_two_days(start, end, first, last):
    found = periods.split_whole_months(date.fromisoformat(start), date.fromisoformat(end))
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(("start", "end"), [("2026-11-02", "2026-11-30"), ("2026-11-15", "2026-12-14")])
def test_there_may_be_no_whole_month(start, end):
    assert periods.split_whole_months(date.fromisoformat(start), date.fromisoformat(end)) is None
