"""What a shared collection opens to the team, address by address, and that every way of closing closes all at once."""

import pytest
from django.urls import reverse
from django.utils import timezone

from gallery.models import CollectionImage, Image, Rating
from gallery.services.collections import collections, items
from tests.conftest import signed_in
from tests.factories import make_run
from tests.pages import Page
from tests.project import doors
from tests.rows import make_images

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def image(owner, worker, provider_server):
    make_run(owner, prompt="a heron at dawn", seed="7", size="64x64", project="Secret & Sons")
    worker.work()
    return Image.objects.get()


@pytest.fixture
def collection(owner, image):
    made = collections.make_collection(owner=owner, name="Herons", note="look at the beak", team="look")
    items.add_images(made, [image], by=owner)
    return made


@pytest.fixture
def carl(colleague):
    return signed_in(colleague)


def opens(image):
    """What whoever may look at a picture may ask for."""
    pair = f"?image={image.key}&image={image.key}"
    return [
        reverse("image", args=[image.key]),
        reverse("image-original", args=[image.key]),
        reverse("image-thumbnail", args=[image.key]),
        reverse("image-as", args=[image.key]),
        reverse("image-as", args=[image.key]) + "?size=32x32",
        reverse("compare") + pair,
        reverse("download-zip") + pair,
    ]


def stays_closed(image):
    """What stays with its owner."""
    return [
        reverse("image-family", args=[image.key]),
        reverse("run", args=[image.job.run.key]),
        reverse("studio") + f"?image={image.key}",
        reverse("studio") + f"?image={image.key}&use=reference",
        reverse("share-new") + f"?image={image.key}",
        reverse("gallery") + f"?before={image.key}",
    ]


def statuses(client, addresses):
    found = []
    for address in addresses:
        response = client.get(address)
        doors.content_of(response)
        found.append(response.status_code)
    return found


def test_the_team_sees_what_is_shared_and_the_rest_stays_closed(image, collection, carl):
    assert statuses(carl, [reverse("collection", args=[collection.key]), *opens(image)]) == [200] * 8
    assert statuses(carl, stays_closed(image)) == [404] * 6
    posts = {
        reverse("image-repeat", args=[image.key]): {"nonce": "n", "quoted_micros": "10000"},
        reverse("image-more", args=[image.key]): {"nonce": "n", "quoted_micros": "40000", "seeds": "4"},
        reverse("tags-put"): {"image": image.key, "tag": "mine"},
        reverse("references"): {"reference_image": image.key},
        reverse("share-new"): {"image": image.key, **doors.SHARE_FORM},
    }
    for verb in ("change", "move", "cover", "delete", "put-back"):
        posts[reverse(f"collection-{verb}", args=[collection.key])] = {"image": image.key, "name": "x", "to": "last"}
    answered = {address: carl.post(address, sent).status_code for address, sent in posts.items()}
    assert answered == dict.fromkeys(posts, 404)
    carl.post(reverse("collection-take-out", args=[collection.key]), {"image": image.key})
    assert collection.items.count() == 1


def test_others_see_the_recipe_but_no_cost_no_project_and_no_run(image, collection, carl, owner_client):
    page = carl.get(reverse("image", args=[image.key])).content.decode()
    assert "a heron at dawn" in page
    assert "A picture of" in page
    compared = carl.get(opens(image)[5]).content.decode()
    for html in (page, compared):
        assert not any(secret in html for secret in ("Secret &amp; Sons", "$0.01", image.job.run.key, "use=reference"))
    assert "$0.01" in owner_client.get(reverse("image", args=[image.key])).content.decode()


def unshare(collection, image):
    collections.change_collection(collection, team="")


def delete(collection, image):
    collections.delete_collection(collection)


def take_out(collection, image):
    items.remove_images(collection, [image])


def trash(collection, image):
    Image.objects.filter(pk=image.pk).update(trashed_at=timezone.now())


@pytest.mark.parametrize("close", [unshare, delete, take_out, trash])
def test_every_way_of_closing_closes_every_address_at_once(image, collection, carl, close):
    assert statuses(carl, opens(image)[:3]) == [200] * 3
    close(collection, image)
    assert statuses(carl, opens(image)) == [404] * 7
    assert carl.post(reverse("marks"), {"image": image.key, "verdict": "pick"}).status_code == 404
    page = carl.get(reverse("collection", args=[collection.key]))
    assert page.status_code == 404 or image.key not in page.content.decode()


def test_a_private_collection_opens_nothing(image, collection, carl, owner_client):
    unshare(collection, image)
    assert statuses(carl, [reverse("collection", args=[collection.key]), *opens(image)]) == [404] * 8
    assert statuses(owner_client, opens(image)) == [200] * 7
    assert not Page(carl.get("/collections/?of=team")).all("ul", class_="collections")


def test_whoever_may_add_puts_in_their_own_and_takes_only_them_out(image, collection, colleague, carl, owner_client):
    (theirs,) = make_images(colleague, 1)
    put = {"image": [theirs.key, image.key], "collection": collection.key}
    assert carl.post(reverse("collections-put"), put).status_code == 404
    collections.change_collection(collection, team="add")
    assert carl.post(reverse("collections-put"), put).status_code == 302
    assert owner_client.get(reverse("image", args=[theirs.key])).status_code == 200
    carl.post(reverse("collection-take-out", args=[collection.key]), {"image": [theirs.key, image.key]})
    assert list(CollectionImage.objects.values_list("image", flat=True)) == [image.pk]
    assert owner_client.get(reverse("image", args=[theirs.key])).status_code == 404


def test_what_others_put_in_is_theirs_alone_once_it_is_private(collection, colleague, owner_client):
    (theirs,) = make_images(colleague, 1)
    collections.change_collection(collection, team="add")
    items.add_images(collection, [theirs], by=colleague)
    collections.change_collection(collection, team="")
    assert owner_client.get(reverse("image", args=[theirs.key])).status_code == 404
    assert theirs.key not in owner_client.get(reverse("collection", args=[collection.key])).content.decode()


def test_members_rate_each_others_pictures(image, collection, colleague, carl):
    assert carl.post(reverse("marks"), {"image": image.key, "stars": "4"}).status_code == 302
    assert Rating.objects.get().user == colleague
