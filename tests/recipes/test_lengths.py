"""How long files will be, before they are made: of every kind of file, for members and for guests."""

import io

import pytest
from PIL import Image as Pillow

from gallery.models import FileLength, Image
from gallery.services.library import kept_files
from gallery.services.library.kept_files import Keep
from gallery.services.media.metadata import lengths
from gallery.services.shares import delivery
from gallery.services.storage import files as storage
from gallery.services.storage import zip_stream
from tests.factories import make_share
from tests.recipes.files import FILES
from tests.recipes.test_downloads import ZIP, files_in, give_file, image, run  # noqa: F401  fixtures
from tests.shares.conftest import at

pytestmark = pytest.mark.django_db(transaction=True)


def is_turned(content):
    with Pillow.open(io.BytesIO(content)) as opened:
        return opened.getexif().get(0x0112, 1) != 1


@pytest.mark.parametrize("marks", [True, False])
def test_every_form_is_as_long_as_was_measured(image, settings, marks):  # noqa: F811
    settings.AI_MARK = marks
    share = make_share(image.owner, [image], download="recipe", show_prompt=True, show_seed=True)
    plain = make_share(image.owner, [image], download="clean")
    wrong = []
    for name in FILES:
        content = give_file(image, name)
        image.turned = is_turned(content)
        measured = lengths.measure_lengths(image, content)
        known = {
            "recipe": (measured.with_recipe, kept_files.read_kept(image, Keep.RECIPE)),
            "clean": (measured.cleaned, kept_files.read_kept(image, Keep.CLEAN)),
            "guest": (measured.for_guests, delivery.file_content(image, plain)),
            "guest with recipe": (
                lengths.length_with(image, delivery.recipe(image, share), clean=measured.for_guests),
                delivery.file_content(image, share),
            ),
        }
        wrong += [(name, form) for form, (said, made) in known.items() if said not in (len(made), None)]
        unknown = [form for form, (said, _) in known.items() if said is None]
        wrong += [(name, form) for form in unknown if marks or image.format != "webp" or form != "guest with recipe"]
    assert wrong == []


def whole(response):
    return int(response["Content-Length"]) == len(response.getvalue())


def test_zips_of_recipes_and_clean_files_say_their_length(owner, visitor, owner_client, run):  # noqa: F811
    pictures = list(Image.objects.order_by("id"))
    assert FileLength.objects.count() == 2  # measured with the thumbnails
    for wanted in ({"keep": "recipe"}, {"keep": "clean"}, {"keep": "clean", "table": "with"}):
        assert whole(owner_client.get(ZIP, wanted | {"run": run.key}))
    for rules in ({"download": "clean"}, {"download": "recipe", "show_prompt": True, "show_cost": True}):
        share = make_share(owner, pictures, **rules)
        assert whole(visitor.get(at("shared-zip", share)))


def test_what_was_not_measured_is_known_the_next_time(owner_client, run, settings):  # noqa: F811
    wanted = {"run": run.key, "keep": "recipe"}
    FileLength.objects.all().delete()
    first = owner_client.get(ZIP, wanted)
    assert ("Content-Length" in first, len(files_in(first))) == (False, 3)
    assert whole(owner_client.get(ZIP, wanted))
    settings.AI_MARK = False  # then it says nothing any more
    other = owner_client.get(ZIP, wanted)
    assert ("Content-Length" in other, len(files_in(other))) == (False, 3)
    assert whole(owner_client.get(ZIP, wanted))


def test_what_is_not_as_long_is_measured_anew(owner_client, run, image):  # noqa: F811
    FileLength.objects.filter(image=image).update(cleaned=7)
    wanted = {"run": run.key, "keep": "clean"}
    response = owner_client.get(ZIP, wanted)
    with pytest.raises(zip_stream.NotAsLong):
        list(response)
    response.close()
    assert len(files_in(owner_client.get(ZIP, wanted))) == 2
    assert whole(owner_client.get(ZIP, wanted))


def test_an_odd_file_has_no_length_and_a_thumbnail_all_the_same(image):  # noqa: F811
    odd = lengths.measure_lengths(image, b"\xff\xd8nothing")
    assert (odd.with_recipe, odd.cleaned, odd.for_guests) == (None, None, None)
    storage.remove_file(image.file)
