"""Pictures to share, with files, and the addresses behind a link."""

import io

import pytest
from django.urls import reverse
from PIL import Image as Pillow

from gallery.models import Image
from gallery.services.media import thumbnails
from gallery.services.shares import shares
from gallery.services.shares.image_keys import key_in
from gallery.services.storage import files
from tests.factories import make_share
from tests.rows import make_images

PASSWORD = "open sesame"
SECRET = b"planted: a prompt nobody may read"


@pytest.fixture
def pictures(owner):
    """Four pictures of the owner's with files and thumbnails; each file says something it should not."""
    made = make_images(owner, 4)
    for n, image in enumerate(made):
        picture = Pillow.new("RGB", (64, 64), (40 * n, 90, 120))
        out = io.BytesIO()
        picture.save(out, "JPEG", comment=SECRET)
        image.file = files.publish_bytes(out.getvalue(), f"originals/test/{image.key}.jpeg")
        image.thumbnail = files.publish_bytes(thumbnails.make_thumbnail(picture), f"thumbnails/test/{image.key}.webp")
        image.save()
    return made


@pytest.fixture
def share(owner, pictures):
    """A link to the first three, with everything allowed that a link can allow."""
    return make_share(owner, pictures[:3], download="recipe", answers_open=True)


@pytest.fixture
def locked(owner, pictures):
    """The same behind a password."""
    return make_share(owner, pictures[:3], download="recipe", answers_open=True, password=PASSWORD)


def at(name, share, *more, token=None):
    """Write an address behind a link; a picture has another key in every one."""
    keys = [key_in(share, each) if isinstance(each, Image) else each for each in more]
    return reverse(name, args=[token or shares.token_of(share), *keys])


def unlock(client, share, password=PASSWORD, **headers):
    return client.post(at("shared-unlock", share), {"password": password}, headers=headers)


def read(response):
    """Read it whole: the test client closes a file at its end, and not the connection of the test with it."""
    return response.getvalue()


def image_of(share):
    return Image.objects.filter(shared_as__share=share).order_by("id").first()
