"""The price book: rows with a start date, append-only; what was booked keeps its price."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from gallery.catalogue.models.flux_models import ids
from gallery.catalogue.models.prices import PRICES
from gallery.models import Price
from gallery.services.prices import price_book
from tests.factories import make_run

pytestmark = pytest.mark.django_db


def add(admin, *, days=0, ours=40_000, model="flux-2-pro"):
    starts = timezone.localdate() + timedelta(days=days)
    return price_book.add_price(
        by=admin, model=model, starts=starts, ours_micros=ours, official_first_micros=30_000, source="an invoice"
    )


def test_the_book_begins_with_what_fluxweb_came_with_and_nothing_is_written_twice():
    book = price_book.read_price_book()
    assert [book.row(model) for model in ids()] == list(PRICES)
    price_book.ensure_prices()
    assert Price.objects.count() == len(ids())


def test_a_model_without_a_price_gets_its_first_one_and_the_others_keep_theirs(admin):
    add(admin)
    Price.objects.filter(model="flux-dev").delete()
    price_book.ensure_prices()
    book = price_book.read_price_book()
    assert (book.row("flux-dev").ours_micros, book.row("flux-2-pro").ours_micros) == (20_000, 40_000)


@pytest.mark.parametrize(("model", "day"), [("flux-dev", date(2025, 12, 31)), ("flux-9", None)])
def test_no_price_is_an_error_and_never_zero(model, day):
    with pytest.raises(price_book.NoPrice):
        price_book.read_price_book(day).row(model)


def test_the_latest_started_price_counts_and_of_one_day_the_one_added_last(admin):
    add(admin, days=3, ours=50_000)
    add(admin, ours=40_000)
    add(admin, ours=41_000)
    today = timezone.localdate()
    prices = [
        price_book.read_price_book(today + timedelta(days=days)).row("flux-2-pro").ours_micros for days in (-1, 0, 2, 3)
    ]
    assert prices == [30_000, 41_000, 41_000, 50_000]


def test_a_new_price_counts_for_the_next_run_and_changes_nothing_that_was_asked_for(owner, admin):
    before = make_run(owner, models=["flux-2-pro"], seed="1..2")
    add(admin)
    after = make_run(owner, models=["flux-2-pro"], seed="1..2")
    before.refresh_from_db()
    assert (before.quoted_micros, after.quoted_micros) == (60_000, 80_000)
    assert set(before.jobs.values_list("quoted_micros", flat=True)) == {30_000}


def test_a_matrix_reads_the_book_once(owner, django_assert_max_num_queries):
    from gallery.services.runs import expansion

    with django_assert_max_num_queries(1):
        expansion.expand_matrix({"prompt": "a pier {at dawn|at dusk}"}, models=ids(), seed="1..20")
