"""Another key for a picture in every link: two guests who compare their addresses learn nothing from them.

A key is the picture's own, encrypted with a key of the link. AES-SIV makes the same of the same every time, so that
addresses last, and says of what was made up or comes from another link that it is nothing.
"""

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.utils.crypto import salted_hmac

from gallery.models import Image, Share
from gallery.models.keys import KEY_LENGTH

LENGTH = 40  # characters: 16 bytes of AES-SIV and the 14 of a key


def key_in(share: Share, image: Image) -> str:
    """Return the key of a picture within a link."""
    return base64.urlsafe_b64encode(_cipher(share).encrypt(image.key.encode(), None)).decode()


def own_key(share: Share, key: str) -> str | None:
    """Return the own key of the picture that has this one within a link, or None."""
    if share.takes_old_keys and len(key) <= KEY_LENGTH:
        return key
    if len(key) != LENGTH:
        return None
    try:
        return _cipher(share).decrypt(base64.b64decode(key, altchars=b"-_", validate=True), None).decode()
    except (InvalidTag, binascii.Error, ValueError):
        return None


def _cipher(share: Share) -> AESSIV:
    return _cipher_of(share.key, settings.SECRET_KEY)


@lru_cache(maxsize=64)  # a page has sixty keys of one link
def _cipher_of(key: str, secret: str) -> AESSIV:
    return AESSIV(salted_hmac("fluxweb.share.pictures", key, secret=secret, algorithm="sha256").digest())
