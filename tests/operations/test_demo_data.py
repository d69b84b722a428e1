"""What the commands write ends its lines, so that a prompt or the next line of a log never stands behind it."""

import io
from itertools import accumulate

import pytest
from django.core.management import call_command

from gallery.models import Run

pytestmark = pytest.mark.django_db


def test_demo_data_writes_whole_lines(owner, monkeypatch):
    monkeypatch.setattr("gallery.services.demo_data.filling.CHUNK", 1)
    out = io.StringIO()
    call_command("demo_data", images=7, stdout=out)
    *progress, last = out.getvalue().splitlines()
    assert progress == [f"{n} of 7" for n in accumulate(Run.objects.order_by("id").values_list("size", flat=True))]
    assert last == "olga has 7 more images."


@pytest.mark.parametrize("images", [0, 1])
def test_one_image_is_one(owner, images):
    out = io.StringIO()
    call_command("demo_data", images=images, stdout=out)
    assert out.getvalue().endswith(f"olga has {images} more image{'' if images == 1 else 's'}.\n")


@pytest.mark.parametrize("command", ["jobs", "spending"])
def test_other_commands_end_their_lines_too(owner, command):
    out = io.StringIO()
    call_command(command, stdout=out)
    assert out.getvalue() == "" or out.getvalue().endswith("\n")
    assert "\r" not in out.getvalue()
