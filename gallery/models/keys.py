"""Random keys for addresses: serial ids would tell strangers how much a team makes."""

import secrets
import string

from django.db import models

ALPHABET = string.ascii_letters + string.digits
KEY_LENGTH = 14  # 83 bits


def random_key():
    """Draw once for all characters: a draw for each took a tenth of a press of 2,000 pictures."""
    number, characters = secrets.randbelow(len(ALPHABET) ** KEY_LENGTH), []
    for _ in range(KEY_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[place])
    return "".join(characters)


class KeyField(models.CharField):
    """The public id of a row, as it stands in addresses and in reports."""

    def __init__(self, **options):
        super().__init__(**{"max_length": 20, "default": random_key, "unique": True, "editable": False} | options)
