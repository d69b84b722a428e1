"""The cost report: sums that add up, numbers that lead to their rows, and nothing of others for a member."""

import csv
import io
import re
from datetime import timedelta
from urllib.parse import quote_plus

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from gallery.models import Attempt, Image, Project
from gallery.services.compare import ratings
from gallery.services.ledger import entries
from gallery.views.costs import charts, drilldown
from tests.factories import make_run
from tests.pages import Page

pytestmark = pytest.mark.django_db

SECRET = "a vermilion heron"
CLIENT = "Heron & Sons"
FORMULA = "=HYPERLINK(1)"


def book(person, *, project="", models=("flux-pro-1.1",), seed="1", prompt="a boat", days_ago=0, **fields):
    """Book charged calls of somebody, as a worker leaves them; return them."""
    run = make_run(person, prompt=prompt, models=models, seed=seed, project=project)
    moment = timezone.now() - timedelta(days=days_ago)
    facts = {"day": timezone.localdate(moment), "sent_at": moment, "money": "charged", "fetch": "done"} | fields
    made = [Attempt.for_job(job, project_id=run.project_id, **facts) for job in run.jobs.all()]
    run.jobs.update(state="DONE")
    return Attempt.objects.bulk_create(made)


@pytest.fixture
def books(owner, colleague):
    """Two members, two models, a project, a formula; every kind of call."""
    book(owner, project=CLIENT, seed="1..3", prompt=SECRET)
    book(owner, models=["flux-2-flex"], money="uncertain", fetch="none")
    book(owner, project=FORMULA, money="not_charged", fetch="none", status=400, error="moderation")
    book(colleague, project="Docks", models=["flux-2-flex", "flux-2-klein-4b"], seed="1..2", prompt="=1+1 boats")
    book(colleague, fetch="dead")
    book(colleague, picked=True)


def look(client, name="costs", **query):
    response = client.get(reverse(name), query)
    assert response.status_code == 200
    return Page(response)


def table(page):
    """Read the sums as (title, cells) of every row; the last is the total."""
    rows = page.html.split("<tr>")[2:]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows if 'class="r num"' in row]
    table_rows = [[re.sub(r"<[^>]*>", "", cell).strip() for cell in row] for row in cells]
    return [(row[0], row[1:]) for row in table_rows if len(row) == 9]


def micros(text):
    """Read money as the page writes it."""
    if text in ("–", "free"):
        return 0
    sign = -1 if text.startswith("−") else 1
    whole, _, rest = text.strip("−$").replace(",", "").partition(".")
    return sign * (int(whole) * 1_000_000 + int(rest.ljust(6, "0")))


def count(text):
    return 0 if text == "–" else int(text.replace(",", ""))


def from_csv(response):
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


# -- sums -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["member", "model", "project", "day", "month"])
def test_the_total_is_the_sum_of_the_rows_on_the_page_and_in_the_csv(books, lead_client, by):
    *rows, total = table(look(lead_client, by=by))
    assert total[0] == "Total"
    assert [count(total[1][n]) for n in (0, 1)] == [sum(count(row[1][n]) for row in rows) for n in (0, 1)] == [11, 8]
    for n in (2, 3, 4, 5):
        assert sum(micros(row[1][n]) for row in rows) == micros(total[1][n])
    sent = from_csv(lead_client.get(reverse("costs-csv"), {"by": by}))
    assert len(sent) == len(rows)
    for name, n in (("Charged USD", 2), ("In doubt USD", 3), ("Paid but lost USD", 4), ("Saved USD", 5)):
        in_csv = sum(round(1_000_000 * float(row[name])) for row in sent)
        assert in_csv == micros(total[1][n])
        assert all(re.fullmatch(r"-?\d+\.\d{6}", row[name]) for row in sent)


def test_a_thousand_calls_are_thirty_five_dollars_everywhere(owner, owner_client):
    book(owner, prompt="a {red|green|blue|grey} door", seed="1..250")
    [row, total] = table(look(owner_client))
    assert row[1][2] == total[1][2] == "$35.00"
    [sent] = from_csv(owner_client.get(reverse("costs-csv")))
    assert sent["Charged USD"] == "35.000000"
    assert len(from_csv(owner_client.get(reverse("costs-calls-csv")))) == 1000


def test_every_number_leads_to_its_rows(books, lead_client):
    """Follow every link of the table: what stands there adds up to the number that was pressed."""
    page = look(lead_client, by="member")
    numbers = re.findall(r'<td class="r num"><a href="([^"]+)">([^<]+)</a>', page.html)
    assert len(numbers) > 12
    for address, text in numbers:
        address = address.replace("&amp;", "&")
        listed = from_csv(lead_client.get(address.replace("/calls/", "/calls.csv")))
        shown = Page(lead_client.get(address))
        assert len(re.findall('<th scope="row">', shown.html)) == len(listed) > 0
        if text.isdigit():
            assert len(listed) == int(text)


def test_what_was_pressed_is_the_sum_of_what_is_listed(books, lead_client):
    *_, total = table(look(lead_client))
    for kind, n in (("charged", 2), ("doubt", 3), ("lost", 4)):
        listed = from_csv(lead_client.get(reverse("costs-calls-csv"), {"kind": kind}))
        assert sum(round(1_000_000 * float(row["USD"])) for row in listed) == micros(total[1][n]) > 0


def test_rows_lead_to_a_finer_report_of_the_same_sum(books, lead_client):
    page = look(lead_client, by="project")
    titles = {
        link.text: link["href"] for link in page.all("a") if "by=model" in link["href"] and "project=" in link["href"]
    }
    assert {CLIENT, FORMULA, "Docks", "No project"} <= titles.keys()
    sums = dict(table(page))
    for title in (CLIENT, "No project"):
        finer = Page(lead_client.get(titles[title]))
        assert table(finer)[-1][1][:6] == sums[title.replace("&", "&amp;")][:6]
        [chip] = [link for link in finer.all("a", class_="chip") if link.text.endswith("×")]
        assert title in chip.text


def test_the_table_sorts_by_its_heads(books, lead_client):
    page = look(lead_client, by="member")
    assert [title for title, _ in table(page)] == ["carl", "olga", "Total"]
    [head] = [link for link in page.all("a") if link.text == "Calls" and "sort=" in link["href"]]
    assert [title for title, _ in table(Page(lead_client.get(head["href"])))][-1] == "Total"
    by_name = look(lead_client, by="member", sort="-member")
    assert [title for title, _ in table(by_name)] == ["olga", "carl", "Total"]
    assert by_name.one("th", aria_sort="descending").text == "Member ↓"
    for order in ("kept", "-kept", "each", "nonsense", "-"):
        assert len(table(look(lead_client, by="member", sort=order))) == 3


def test_figures_say_what_is_certain_and_what_is_not(books, lead_client):
    figures = {each.text for each in look(lead_client).all("div", class_="panel")}
    assert any(text.startswith("Charged$0.315") for text in figures)
    assert any(text.startswith("In doubt$0.061 call without") for text in figures)
    assert any(text.startswith("Paid but lost$0.0351 picture") for text in figures)


def test_the_chart_can_be_read(books, lead_client):
    page = look(lead_client)
    assert "stacked by model" in page.one("svg", role="img")["aria-label"]
    assert "flux-2-flex" in page.one("details", class_="chart-table").text


def test_the_chart_names_three_models_and_puts_the_others_together(owner, owner_client):
    book(owner, models=["flux-2-flex", "flux-2-max", "flux-2-pro"], seed="1..3")
    book(owner, models=["flux-2-klein-4b", "flux-2-klein-9b"], seed="1..2", days_ago=1)
    rows = look(owner_client).one("details", class_="chart-table").node.find_all("tr")
    head, *days = [[cell.get_text(strip=True) for cell in row.find_all(["th", "td"])] for row in rows]
    assert head[-2:] == [charts.OTHERS, "Together"]
    assert ["$0.04"] * 2 in [day[-2:] for day in days]


# -- periods ----------------------------------------------------------------------------------------------------------


def test_a_month_shows_its_own_and_leads_to_its_neighbours(owner, owner_client):
    book(owner, days_ago=40)
    assert "Nothing was spent" in look(owner_client).text
    month = timezone.localdate() - timedelta(days=40)
    page = look(owner_client, month=f"{month:%Y-%m}")
    assert page.one("h1").text == f"{month:%B %Y}"
    assert table(page)[-1][1][0] == "1"
    assert table(look(owner_client, year=str(month.year)))[-1][1][0] == "1"


def test_a_period_that_is_none_says_so(owner_client):
    page = look(owner_client, month="2026-13")
    assert page.one("p", role="alert").text == "There is no such month. This month is shown instead."


def test_a_long_report_by_day_has_a_row_for_each_month(owner, owner_client):
    book(owner)
    book(owner, days_ago=300)
    page = look(owner_client, by="day", **{"from": "2020-01-01", "to": str(timezone.localdate())})
    assert len(table(page)) == 3


@pytest.mark.parametrize("query", [
    {"member": "\x00"}, {"project": "\x00"}, {"model": "\x00"}, {"by": "\x00"}, {"sort": "\x00"}, {"kind": "\x00"},
    {"month": "\x00"}, {"from": "x"}, {"model": "m" * 5000}, {"project": "Nobody’s"}, {"member": "nobody"},
])  # fmt: skip
def test_nonsense_in_the_address_is_no_error(books, lead_client, query):
    for name in ("costs", "costs-csv", "costs-calls", "costs-runs", "costs-calls-csv"):
        assert lead_client.get(reverse(name), query).status_code == 200


# -- who sees what ----------------------------------------------------------------------------------------------------

NAMES = ("costs", "costs-csv", "costs-calls", "costs-calls-csv", "costs-runs")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"member": "olga"},
        {"by": "member"},
        {"by": "project"},
        {"project": CLIENT},
        {"project": ""},
        {"kind": "doubt"},
    ],
)
def test_a_member_sees_nothing_of_others_whatever_the_address_says(books, owner, colleague_client, name, query):
    alone = colleague_client.get(reverse(name), query).getvalue()
    book(owner, project=CLIENT, models=["flux-2-max"], prompt=SECRET)
    again = colleague_client.get(reverse(name), query).getvalue()
    tokens = re.compile(rb"\w{64}")
    assert tokens.sub(b"", alone) == tokens.sub(b"", again)
    assert SECRET.encode() not in again
    assert b"olga" not in again
    assert b"flux-2-max" not in again


def test_a_foreign_project_looks_like_one_that_nobody_has(books, colleague_client):
    words = []
    for name in (CLIENT, "Nobody’s"):
        page = colleague_client.get(reverse("costs"), {"project": name}).content.decode()
        for form in (name, quote_plus(name), escape(name)):
            page = page.replace(form, "a project")
        words.append(re.sub(r"\w{64}", "", page))
    assert words[0] == words[1]


def test_places_in_a_list_of_others_do_not_exist(books, owner, colleague_client):
    last = Attempt.objects.filter(owner=owner).first().key
    for name in ("costs-calls", "costs-runs"):
        foreign = colleague_client.get(reverse(name), {"before": last})
        unknown = colleague_client.get(reverse(name), {"before": "0" * 14})
        assert foreign.status_code == unknown.status_code == 404


def test_those_who_see_costs_read_no_prompts_of_others(books, lead_client, owner_client):
    for name in NAMES:
        assert SECRET.encode() not in lead_client.get(reverse(name)).getvalue()
    assert SECRET in look(owner_client, "costs-calls").html
    assert SECRET.encode() in owner_client.get(reverse("costs-calls-csv")).getvalue()


# -- CSV --------------------------------------------------------------------------------------------------------------


def test_what_begins_like_a_formula_is_text_in_every_csv(books, lead_client, colleague_client):
    rows = from_csv(lead_client.get(reverse("costs-csv"), {"by": "project"}))
    assert f"'{FORMULA}" in [row["Project"] for row in rows]
    rows = from_csv(colleague_client.get(reverse("costs-calls-csv")))
    assert "'=1+1 boats" in {row["Prompt"] for row in rows}
    for client, name in ((lead_client, "costs-calls-csv"), (colleague_client, "costs-calls-csv")):
        for row in csv.reader(io.StringIO(client.get(reverse(name)).getvalue().decode("utf-8-sig"), newline="")):
            assert not [cell for cell in row if cell[:1] in ("=", "+", "@", "\t", "\r")]


# -- lists ------------------------------------------------------------------------------------------------------------


def test_pages_of_calls_and_runs_follow_one_another(owner, owner_client, monkeypatch):
    monkeypatch.setattr(drilldown, "PAGE", 2)
    for n in range(5):
        book(owner, prompt=f"boat {n}")
    for name in ("costs-calls", "costs-runs"):
        page, seen = look(owner_client, name), []
        while True:
            seen += re.findall(r"boat \d", page.html)
            older = [link["href"] for link in page.all("a", class_="btn") if link.text == "Older ones"]
            if not older:
                break
            page = Page(owner_client.get(older[0]))
        assert seen == [f"boat {n}" for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("name", ["costs", "costs-calls", "costs-runs"])
def test_the_number_of_queries_does_not_grow(owner, owner_client, django_assert_max_num_queries, name):
    for n in range(6):
        book(owner, project=f"Project {n}", models=["flux-pro-1.1", "flux-2-flex"], seed="1..2", days_ago=n % 2)
    Project.objects.create(name="Another")
    with django_assert_max_num_queries(12):
        look(owner_client, name)


@pytest.mark.parametrize("kind", ["all", "charged", "doubt", "free", "lost", "kept"])
def test_the_official_price_of_the_calls_adds_up_to_the_report(books, lead_client, kind):
    """What is in doubt, free or only reserved is set against nothing in the report, so it is nothing in the list."""
    listed = from_csv(lead_client.get(reverse("costs-calls-csv"), {"kind": kind}))
    official = sum(round(1_000_000 * float(row["Official USD"])) for row in listed)
    charged = [row for row in listed if row["Money"] == "charged"]
    assert official == sum(round(1_000_000 * float(row["Official USD"])) for row in charged)
    if kind in ("all", "charged"):
        [report] = from_csv(lead_client.get(reverse("costs-csv"), {"by": "month"}))
        assert official == round(1_000_000 * float(report["Official USD"])) > 0
        paid = sum(round(1_000_000 * float(row["USD"])) for row in charged)
        assert official - paid == round(1_000_000 * float(report["Saved USD"]))


def test_a_call_that_was_charged_nothing_has_its_official_price_in_the_list_as_in_the_report(owner, owner_client):
    book(owner, micros=0)
    [listed] = from_csv(owner_client.get(reverse("costs-calls-csv")))
    [report] = from_csv(owner_client.get(reverse("costs-csv")))
    assert listed["Official USD"] == report["Official USD"] == "0.040000"


# -- used -------------------------------------------------------------------------------------------------------------


def not_used(client):
    return re.search(r"Not used(.*?)(?:Adjust|$|Spent|By)", look(client).text).group(1)


def test_before_anybody_judged_anything_nothing_is_unused(owner, owner_client):
    book(owner, seed="1..4")
    assert not_used(owner_client).startswith("–not judged yet")


def test_once_something_was_judged_the_rest_is_not_used(owner, worker, provider_server, owner_client):
    make_run(owner, seed="1..2", size="64x64")
    worker.work()
    ratings.rate_images(list(Image.objects.all()[:1]), user=owner, verdict="reject")
    assert not_used(owner_client).startswith("100 %")


def test_a_download_is_a_use(owner, worker, provider_server, owner_client):
    make_run(owner, seed="1..2", size="64x64")
    worker.work()
    address = reverse("image-original", args=[Image.objects.first().key])
    owner_client.get(address).close()
    owner_client.head(f"{address}?download=1").close()
    assert not_used(owner_client).startswith("–not judged yet")
    for _ in range(2):
        owner_client.get(f"{address}?download=1").close()
    assert not_used(owner_client).startswith("50 %$0.01 for what nobody kept, shared or downloaded")
    [row] = from_csv(owner_client.get(reverse("costs-csv"), {"by": "month"}))
    assert row["Downloaded"] == "1"
    assert entries.find_differences() == []
