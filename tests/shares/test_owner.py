"""The owner's side: making links of everything, changing, replacing, revoking, deleting; members and admins."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from gallery.forms import shares as share_forms
from gallery.models import Comparison, ComparisonImage, Image, Share
from gallery.services.compare import ratings
from gallery.services.images import selection, trash
from gallery.services.shares import contents, shares
from gallery.services.shares.image_keys import key_in
from tests.factories import make_share
from tests.pages import Page
from tests.rows import make_images
from tests.shares.conftest import PASSWORD, at, read

pytestmark = pytest.mark.django_db

NEW = "/shares/new/"
FORM = {"title": "Vases", "until": "", "never": "on", "download": "off", "audience": "link"}


def make(client, *, status=302, **fields):
    response = client.post(NEW, {**FORM, **fields})
    assert response.status_code == status, response.content.decode()
    return Share.objects.order_by("-id").first() if status == 302 else Page(response)


def shown(share):
    return contents.list_ids(share)


def test_a_fresh_form_proposes_what_is_careful(owner, owner_client, pictures):
    page = Page(owner_client.get(NEW, {"image": [pictures[1].key, pictures[0].key]}))
    assert page.value("title") == "2 pictures"
    assert page.value("sharer") == "olga"
    assert page.value("until") == str(timezone.localdate() + timedelta(days=30))
    assert page.value("never") == []
    assert page.value("download") == "off"
    assert [page.value(name) for name in share_forms.SWITCHES] == [[], [], ["on"], [], []]
    assert [each["value"] for each in page.all("input", name="image")] == [pictures[1].key, pictures[0].key]
    assert "boats" not in page.value("title")  # not even the title tells the prompt by itself


def test_pictures_are_shared_in_the_order_they_were_chosen(owner_client, pictures):
    chosen = [pictures[2], pictures[0]]
    share = make(owner_client, image=[image.key for image in chosen])
    assert shown(share) == [image.id for image in chosen]
    assert share.cover == pictures[2]
    assert share.run is None


def test_a_selection_that_is_sent_as_a_form_opens_the_form(owner_client, pictures):
    page = Page(owner_client.post(NEW, {"image": [image.key for image in pictures]}))
    assert page.one("h1").text == "Share 4 pictures"
    assert page.errors() == {}
    assert not Share.objects.exists()


def test_a_run_is_shared_as_it_is_or_live(owner_client, pictures):
    run = pictures[0].job.run
    still, live = make(owner_client, run=run.key), make(owner_client, run=run.key, live="on")
    assert (still.live, live.live, still.run, live.run) == (False, True, run, run)
    assert shown(still) == shown(live) == [image.id for image in pictures]


def test_a_live_run_shows_what_it_reused(owner, owner_client, pictures):
    run = make_images(owner, 2)[0].job.run
    job = run.jobs.order_by("position").last()
    Image.objects.filter(job=job).delete()
    job.reused = pictures[0]
    job.save()
    share = make(owner_client, run=run.key, live="on")
    assert shown(share)[-1] == pictures[0].id
    assert contents.find_image(share, key_in(share, pictures[0])) == pictures[0]
    assert contents.find_image(share, key_in(share, pictures[1])) is None


def test_a_comparison_is_shared_with_its_own_pictures_only(owner, colleague, owner_client, pictures):
    comparison = Comparison.objects.create(owner=owner, name="Left or right")
    for n, image in enumerate([pictures[1], pictures[0], *make_images(colleague, 1)]):
        ComparisonImage.objects.create(comparison=comparison, image=image, position=n)
    for live in ("", "on"):
        share = make(owner_client, comparison=comparison.key, live=live)
        assert shown(share) == [pictures[1].id, pictures[0].id]
    assert Page(owner_client.get(NEW, {"comparison": comparison.key})).value("title") == "Left or right"


def test_a_live_link_shows_nothing_once_its_comparison_is_deleted(owner, owner_client, visitor, pictures):
    comparison = Comparison.objects.create(owner=owner, name="Left or right")
    ComparisonImage.objects.create(comparison=comparison, image=pictures[0], position=0)
    share = make(owner_client, comparison=comparison.key, live="on")
    assert visitor.get(at("shared-picture", share, pictures[0])).status_code == 200
    owner_client.post(f"/compare/saved/{comparison.key}/delete/")
    assert visitor.get(at("shared", share)).status_code == 200
    for image in pictures:  # those that were in it, and those that are in no comparison
        for door in ("shared-picture", "shared-thumbnail", "shared-view"):
            assert visitor.get(at(door, share, image)).status_code == 404


def test_a_gallery_is_shared_by_model_and_project(owner_client, owner, pictures):
    Image.objects.filter(pk=pictures[2].pk).update(model="flux-2-klein-9b")
    share = make(owner_client, gallery="1", model="flux-2-klein-4b")
    assert sorted(shown(share)) == sorted(each.id for each in pictures if each != pictures[2])
    live = make(owner_client, gallery="1", model="flux-2-klein-4b", live="on")
    assert live.is_endless
    assert "flux-2-klein-4b" in Page(owner_client.get(f"/shares/{live.key}/")).text
    assert make(owner_client, gallery="1", model="flux-9", status=200).all("ul", class_="why")


def test_what_is_picked_is_shared_and_a_live_link_follows_the_picks(owner, owner_client, pictures):
    ratings.rate_images(pictures[:2], user=owner, verdict="pick")
    still, live = (make(owner_client, gallery="1", picked="picked", live=each) for each in ("", "on"))
    ratings.rate_images(pictures[1:3], user=owner, verdict="reject")
    assert shown(still) == [pictures[1].id, pictures[0].id]
    assert [image.id for image in contents.read_page(live).images] == [pictures[0].id]
    assert contents.find_image(live, key_in(live, pictures[1])) is None
    assert "Gallery, picked, live" in Page(owner_client.get("/shares/")).text


def test_too_many_for_a_snapshot_is_said(owner_client, owner, pictures, monkeypatch):
    monkeypatch.setattr(contents, "MOST_ITEMS", 3)
    page = make(owner_client, gallery="1", status=200)
    assert "Let it be live, or filter it." in page.one("div", role="alert").text
    assert make(owner_client, gallery="1", live="on").is_endless


def test_an_empty_gallery_can_only_be_live(owner_client):
    assert "no picture in it yet" in make(owner_client, gallery="1", status=200).one("div", role="alert").text
    assert make(owner_client, gallery="1", live="on").cover is None


@pytest.mark.parametrize("asked", [{}, {"image": "none"}, {"image": "\x00"}, {"run": "none"}, {"comparison": "x"}])
def test_what_is_not_there_cannot_be_shared(owner_client, pictures, asked):
    assert owner_client.get(NEW, asked).status_code == 404
    assert owner_client.post(NEW, {**FORM, **asked}).status_code == 404


def test_what_is_somebody_elses_cannot_be_shared(colleague_client, owner_client, owner, pictures):
    comparison = Comparison.objects.create(owner=owner, name="mine")
    foreign = {"image": pictures[0].key, "run": pictures[0].job.run.key, "comparison": comparison.key}
    for name, key in foreign.items():
        assert colleague_client.post(NEW, {**FORM, name: key}).status_code == 404
    share = make(colleague_client, gallery="1", live="on")
    assert not contents.shared_images(share).exists()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"never": ""}, "Choose the last day, or that it never ends."),
        ({"never": "", "until": "2020-01-01"}, "That day is over."),
        ({"never": "", "until": "2199-01-01"}, "At most ten years"),
        ({"password": "short"}, "at least 6 characters"),
        ({"title": ""}, "This field is required."),
        ({"title": "\ufffd"}, "A character here is broken"),
        ({"audience": "members"}, "Name the members"),
    ],
)
def test_problems_stand_beside_their_fields(owner_client, colleague, pictures, fields, problem):
    page = make(owner_client, image=pictures[0].key, status=200, **fields)
    assert problem in " ".join(each.text for each in page.all("ul", class_="why"))
    assert not Share.objects.exists()


def test_the_last_day_is_whole(owner_client, pictures, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    share = make(owner_client, image=pictures[0].key, never="", until=str(timezone.localdate()))
    assert share.last_day == timezone.localdate()
    assert share.expires_at.astimezone(timezone.get_default_timezone()).hour == 0
    page = Page(owner_client.get(f"/shares/{share.key}/change/"))
    assert date.fromisoformat(page.value("until")) == share.last_day


def test_an_ended_link_can_be_opened_for_ever(owner_client, visitor, share):
    Share.objects.update(expires_at="2026-01-01T00:00Z")
    assert owner_client.post(f"/shares/{share.key}/change/", {**FORM, "until": "2025-12-31"}).status_code == 302
    assert visitor.get(at("shared", share)).status_code == 200


def test_several_links_to_one_thing_have_labels(owner_client, pictures):
    for label in ("client A", "client B"):
        make(owner_client, image=pictures[0].key, label=label)
    page = Page(owner_client.get("/shares/"))
    assert [each.text for each in page.all("span", class_="tag")] == ["client B", "client A"]
    addresses = [each["value"] for each in page.all("input", class_="input")]
    assert len(set(addresses)) == 2


def test_a_label_is_not_for_guests(visitor, owner_client, pictures):
    share = make(owner_client, image=pictures[0].key, label="client A, expensive")
    assert "expensive" not in visitor.get(at("shared", share)).content.decode()


def test_the_address_can_be_copied_again_and_again(owner_client, visitor, share, settings):
    for _ in range(2):
        [field] = Page(owner_client.get(f"/shares/{share.key}/")).all("input", class_="input")
        assert field["value"] == settings.PUBLIC_URL + at("shared", share)
        assert "readonly" in field.attrs


def test_changed_rules_hold_at_once(owner_client, visitor, share):
    form = {**FORM, "title": "Other vases", "show_seed": "on", "password": PASSWORD}
    assert owner_client.post(f"/shares/{share.key}/change/", form).status_code == 302
    share.refresh_from_db()
    assert (share.title, share.show_seed, share.show_model, share.download) == ("Other vases", True, False, "off")
    assert visitor.get(at("shared", share)).context["form"]
    owner_client.post(f"/shares/{share.key}/change/", {**FORM})  # an empty password keeps it
    assert visitor.get(at("shared", share)).context["form"]
    page = Page(owner_client.get(f"/shares/{share.key}/change/"))
    assert PASSWORD not in page.html
    owner_client.post(f"/shares/{share.key}/change/", {**FORM, "drop_password": "on"})
    assert "Vases" in visitor.get(at("shared", share)).content.decode()


def test_changing_rules_loses_no_count(owner_client, visitor, share):
    shares.count_view(share)
    stale = Share.objects.get()
    shares.count_view(share)
    shares.change_share(stale)
    assert Share.objects.get().views == 2


def test_revoked_can_be_opened_again_at_the_same_address(owner_client, visitor, share):
    owner_client.post(f"/shares/{share.key}/revoke/")
    assert visitor.get(at("shared", share)).status_code == 404
    assert not Page(owner_client.get("/shares/")).all("input", class_="input")
    owner_client.post(f"/shares/{share.key}/reopen/")
    assert visitor.get(at("shared", share)).status_code == 200


def test_another_address_ends_the_old_one(owner_client, visitor, share):
    old = at("shared", share)
    owner_client.post(f"/shares/{share.key}/replace/")
    share.refresh_from_db()
    assert visitor.get(old).status_code == 404
    assert visitor.get(at("shared", share)).status_code == 200


def test_views_and_downloads_are_counted_but_not_the_owners(owner_client, visitor, share):
    for client in (visitor, owner_client):
        client.get(at("shared", share))
        client.head(at("shared", share))
        client.get(at("shared-file", share, share.cover))
    visitor.get(at("shared-zip", share)).getvalue()
    share.refresh_from_db()
    assert (share.views, share.downloads) == (1, 2)
    assert timezone.now() - share.seen_at < timedelta(minutes=1)
    assert "1 view · 2 downloads · last seen" in Page(owner_client.get("/shares/")).text


def test_named_members_find_it_and_others_do_not(owner, colleague, colleague_client, admin_client, pictures):
    share = make_share(owner, pictures, members=[colleague], public=False)
    page = Page(colleague_client.get("/shares/with-me/"))
    assert page.all("a", href=at("shared", share))
    assert read(colleague_client.get(page.all("img")[0]["src"]))
    assert "Nobody has shared" in Page(admin_client.get("/shares/with-me/")).text
    shares.revoke_share(share)
    assert "Nobody has shared" in Page(colleague_client.get("/shares/with-me/")).text


def test_members_only_stays_so_when_nobody_is_left_to_name(owner, owner_client, colleague, visitor, pictures):
    share = make_share(owner, pictures, members=[colleague], public=False)
    colleague.is_active = False
    colleague.save()
    assert owner_client.post(f"/shares/{share.key}/change/", FORM).status_code == 302
    assert not Share.objects.get().public
    assert visitor.get(at("shared", share)).status_code == 404


def test_an_admin_sees_and_revokes_all_without_address_or_picture(admin_client, visitor, share, locked):
    page = Page(admin_client.get("/shares/all/"))
    assert page.text.count("Vase studies") == 2
    assert "olga" in page.text
    assert shares.token_of(share) not in page.html
    assert share.cover.key not in page.html
    assert not page.all("img")
    assert admin_client.get(f"/shares/{share.key}/").status_code == 404
    assert admin_client.post(f"/shares/{share.key}/revoke/").status_code == 302
    assert visitor.get(at("shared", share)).status_code == 404
    assert admin_client.post(f"/shares/{share.key}/reopen/").status_code == 404


@pytest.mark.parametrize("path", ["/shares/", "/shares/all/", "/shares/with-me/"])
def test_lists_page_and_their_number_of_queries_does_not_grow(
    owner, admin, admin_client, pictures, path, django_assert_max_num_queries, monkeypatch
):
    monkeypatch.setattr("gallery.views.shares.owner.PAGE", 3)
    images = make_images(admin, 1) if path == "/shares/" else pictures
    for _ in range(5):
        make_share(admin if path == "/shares/" else owner, images, members=[admin])
    with django_assert_max_num_queries(7):
        first = Page(admin_client.get(path))
    [older] = [each["href"] for each in first.all("a", class_="btn") if each.text == "Older ones"]
    second = Page(admin_client.get(older))
    assert [first.text.count("Vase studies"), second.text.count("Vase studies")] in ([3, 2], [6, 4])
    assert admin_client.get(path, {"before": "none"}).status_code == 404


def test_pictures_that_are_shared_count_as_used(owner, pictures):
    make_share(owner, pictures[:2])
    assert [image.attempt.shared for image in Image.objects.order_by("id").select_related("attempt")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_named_member_continues_from_the_recipe_as_far_as_it_is_shown(
    owner, colleague, colleague_client, admin_client, pictures
):
    image = pictures[2]

    def copy(client, **rules):
        share = make_share(owner, pictures[:3], members=[colleague], **rules)
        picture = client.get(at("shared-picture", share, image)).content.decode()
        return "Continue as my copy" in picture, client.get("/", {"share": share.key, "picture": key_in(share, image)})

    offered, response = copy(colleague_client, show_prompt=True, show_seed=True)
    page = Page(response)
    assert offered
    assert (page.value("prompt"), page.value("model"), page.value("seed")) == (
        "4 boats",
        [image.model],
        str(image.seed),
    )
    assert page.value("project") == ""
    page = Page(copy(colleague_client, show_prompt=True, show_model=False)[1])
    assert page.value("prompt") == "4 boats"
    assert page.value("seed") != str(image.seed)
    for client, rules in ((colleague_client, {"show_prompt": False}), (admin_client, {"show_prompt": True})):
        offered, response = copy(client, **rules)
        assert (offered, response.status_code) == (False, 404)


def test_only_what_the_link_shows_can_be_copied(owner, colleague, colleague_client, pictures):
    share = make_share(owner, pictures[:3], members=[colleague], show_prompt=True)
    assert colleague_client.get("/", {"share": share.key, "picture": key_in(share, pictures[3])}).status_code == 404
    shares.revoke_share(share)
    assert colleague_client.get("/", {"share": share.key, "picture": key_in(share, pictures[0])}).status_code == 404


def test_all_that_match_are_shared_however_many_but_those_taken_off(owner, owner_client, visitor, monkeypatch):
    monkeypatch.setattr(selection, "MOST", 3)
    images = make_images(owner, 6)
    sent = {"all": "model=flux-2-klein-4b", "without": [images[0].key]}
    page = Page(owner_client.post("/shares/new/", sent))
    fields = {each["name"]: each["value"] for each in page.all("input", type="hidden") if "value" in each.attrs}
    assert page.one("h1").text == "Share a search"
    form = {"selection": fields["selection"], "title": "Found"}
    for live in ("", "on"):
        share = make(owner_client, **form, live=live)
        assert share.live == bool(live)
        assert len(Page(visitor.get(at("shared", share))).all("label", class_="tick")) == 5
        trash.trash_images([images[5].pk], owner=owner)
        assert len(Page(visitor.get(at("shared", share))).all("label", class_="tick")) == 4
        trash.restore_images(Image.objects.filter(pk=images[5].pk), owner=owner)
    assert "Gallery, a search, some left out, live" in Page(owner_client.get("/shares/")).text
