"""Random keys for addresses: serial ids would tell strangers how much a team makes."""

import secrets
import string
from typing import TYPE_CHECKING, Any

from django.db import models

ALPHABET = string.ascii_letters + string.digits
PAIRS = [one + other for one in ALPHABET for other in ALPHABET]
KEY_LENGTH = 14  # 83 bits


def random_key() -> str:
    """Draw once for all characters: a draw for each took a tenth of a press of 2,000 pictures."""
    number = secrets.randbelow(len(ALPHABET) ** KEY_LENGTH)
    pairs: list[str] = []
    for _ in range(KEY_LENGTH // 2):
        number, place = divmod(number, len(PAIRS))
        pairs.append(PAIRS[place])
    return "".join(pairs)


if TYPE_CHECKING:
    _TextField = models.CharField[str, str]
else:
    _TextField = models.CharField  # takes no types when it runs


class KeyField(_TextField):
    """The public id of a row, as it stands in addresses and in reports."""

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {"max_length": 20, "default": random_key, "unique": True, "editable": False}
        super().__init__(**usual | options)
