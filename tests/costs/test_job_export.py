"""The books as `manage.py jobs` prints them for people."""

import pytest
from django.core.management import call_command

from gallery.models import Attempt
from tests.factories import make_run

pytestmark = pytest.mark.django_db(transaction=True)


def test_amounts_are_written_to_the_last_micro_dollar(owner, worker, provider_server, capsys):
    make_run(owner, seed="1", size="64x64")
    attempt = worker.call()
    Attempt.objects.filter(pk=attempt.pk).update(micros=14_555)
    call_command("jobs")
    assert "charged $0.014555 " in capsys.readouterr().out
