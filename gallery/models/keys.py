"""Random keys for addresses: serial ids would tell strangers how much a team makes."""

from django.db import models
from django.utils.crypto import get_random_string

KEY_LENGTH = 14  # letters and digits: 83 bits


def random_key():
    return get_random_string(KEY_LENGTH)


class KeyField(models.CharField):
    """The public id of a row, as it stands in addresses and in reports."""

    def __init__(self, **options):
        super().__init__(**{"max_length": 20, "default": random_key, "unique": True, "editable": False} | options)
