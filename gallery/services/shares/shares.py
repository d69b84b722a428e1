"""Links: made, changed, replaced, revoked, opened. A token is made anew whenever it is copied and never stored."""

import base64
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from gallery.catalogue.text import texts
from gallery.models import Feedback, Image, Share, ShareItem, User
from gallery.models.people import digest_of
from gallery.models.shares import Kind, Refused
from gallery.services.db import side_notes
from gallery.services.db.slices import delete_in_slices
from gallery.services.ledger import entries
from gallery.services.operations import rate_limits
from gallery.services.shares import contents, refusals

USUAL_DAYS = 30
LEAST_PASSWORD = 6  # characters: with 100 tries a day that is enough for what is not in a list
# Wrong passwords: of one link from one address, of one link from everywhere, from one address at all links.
PER_LINK_AND_ADDRESS = rate_limits.Limit("passwords of link from", count=10, seconds=900)
PER_ADDRESS = rate_limits.Limit("passwords from", count=40, seconds=900)
PER_LINK = rate_limits.Limit("password of link", count=20, seconds=900)
PER_LINK_AND_DAY = rate_limits.Limit("day's password of link", count=100, seconds=86_400)


SWITCHES = ("show_prompt", "show_seed", "show_model", "show_cost", "show_inputs")
RULES = (
    "title", "note", "label", "sharer", "public", "expires_at", "download", "answers_open", *SWITCHES,
)  # fmt: skip


class ShareTooLarge(Exception):
    """More pictures than a snapshot can hold."""


class NothingToShare(Exception):
    """The source holds no picture yet, so that a snapshot would stay empty for ever."""


def token_of(share: Share) -> str:
    """Make the token: 256 bits that nobody can compute from the database alone.

    By its random key, not its row id: a restored backup gives row ids out again, and with them would go old tokens.
    """
    mac = salted_hmac("fluxweb.share", f"{share.key}:{share.version}", algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()


def can_be_copied(share: Share) -> bool:
    """Return whether the token that we make is the one that opens the link: not after another FLUXWEB_SECRET_KEY."""
    return constant_time_compare(share.digest, digest_of(token_of(share)))


def create_share_once(share: Share, *, nonce: str, press: str, password: str = "", **what: Any) -> Share:
    """Make a link as `create_share` does and return it; the same press twice returns the same link.

    `press`: a digest of what was sent with the nonce, without the password: that is compared by its hash, so that
    nothing in the row makes it easier to guess. Raises ShareTooLarge, NothingToShare.
    """
    made = Share.objects.filter(owner=share.owner, nonce=nonce, press=press).first() if nonce else None
    if made is None:
        share.nonce, share.press = nonce, press
    elif _has_password(made, password):
        return made
    try:
        return create_share(share, password=password, **what)
    except IntegrityError:
        made = Share.objects.filter(owner=share.owner, nonce=nonce, press=press).first()
        if made is None:
            raise
        return made


def _has_password(share: Share, password: str) -> bool:
    return is_password(share, password) if share.password else not password


@transaction.atomic
def create_share(
    share: Share, *, images: Iterable[Image] = (), password: str = "", members: Iterable[User] = ()
) -> Share:
    """Save a new link. A snapshot keeps the images given, or what its source holds now.

    Raises ShareTooLarge, NothingToShare.
    """
    ids = [image.id for image in images] if share.kind == Kind.IMAGES else contents.ids_of_source(share)
    if not share.live:
        _check_size(ids)
    share.cover_id = ids[0] if ids else None
    share.digest = digest_of(token_of(share))
    share.password = _hashed(password)
    share.save()
    share.members.set(members)
    entries.note_shared(ids)
    if not share.live:
        ShareItem.objects.bulk_create(
            ShareItem(share=share, image_id=image_id, position=position) for position, image_id in enumerate(ids)
        )
    return share


def _check_size(ids: list[int]) -> None:
    if not ids:
        raise NothingToShare
    if len(ids) > contents.MOST_ITEMS:
        raise ShareTooLarge


def _hashed(password: str) -> str:
    return make_password(texts.clean_password(password)) if password else ""


def is_password(share: Share, typed: str) -> bool:
    """Return whether it is the password of a link, in whatever way a keyboard composes it."""
    return any(check_password(spelling, share.password) for spelling in texts.spellings(typed))


@transaction.atomic
def change_share(share: Share, *, password: str | None = None, members: Iterable[User] = ()) -> None:
    """Save changed rules. `password`: None leaves it, "" takes it away; either way those inside are asked again."""
    changed: tuple[str, ...] = RULES
    if password is not None:
        share.password, changed = _hashed(password), (*RULES, "password")
    share.save(update_fields=changed)
    share.members.set(members)


def revoke_share(share: Share) -> None:
    Share.objects.filter(pk=share.pk, revoked_at=None).update(revoked_at=timezone.now())


def reopen_share(share: Share) -> None:
    """Undo a revocation: the old address works again, under the rules as they are."""
    Share.objects.filter(pk=share.pk).update(revoked_at=None)


@transaction.atomic
def replace_address(share: Share) -> None:
    """Give the link another address; the old one stops working."""
    share.version = F("version") + 1
    share.save(update_fields=["version"])
    share.refresh_from_db(fields=["version"])
    share.digest = digest_of(token_of(share))
    share.save(update_fields=["digest"])


def delete_share(share: Share) -> None:
    """Remove a link with what guests answered under it; the pictures stay. It opens nothing from the first moment.

    Many guests can have said much: it goes in slices, and a kill in between leaves a revoked link to be deleted again.
    """
    revoke_share(share)
    mark_feedback_seen(share)
    delete_in_slices(Feedback.objects.filter(guest__share=share))
    delete_in_slices(ShareItem.objects.filter(share=share))
    with transaction.atomic():
        share.delete()


def find_open_share(token: str) -> Share | None:
    """Return the link of a token, or None: one look-up whether it is wrong, ended, revoked or gone, so that no clock
    can tell which."""
    return Share.objects.open(timezone.now()).with_token(token).select_related("owner", "cover", "collection").first()


def is_unchanged(share: Share) -> bool:
    """Ask again while a long answer is on its way: nothing about the link may have changed since."""
    same = Share.objects.open(timezone.now()).filter(pk=share.pk, digest=share.digest, download=share.download)
    rules = {name: getattr(share, name) for name in ("password", "public", *SWITCHES)}
    return same.filter(**rules).exists()


def pass_of(share: Share) -> str:
    """Return what the session of somebody who knew the password holds: worthless for other links, and for this one
    once its password or address has changed."""
    known = f"{share.key}:{share.digest}:{share.password}"
    return salted_hmac("fluxweb.share.pass", known, algorithm="sha256").hexdigest()


def is_valid_pass(share: Share, given: object) -> bool:
    return isinstance(given, str) and constant_time_compare(given, pass_of(share))


def try_password(share: Share, password: str, *, address: str) -> bool:
    """Return whether it is right. Raises rate_limits.RateLimitExceeded, also for a right one: a guess must not tell."""
    neighbour = rate_limits.address_bucket(address)
    tries = [
        (PER_LINK_AND_ADDRESS, rate_limits.pair_names(share.key, neighbour)), (PER_ADDRESS, neighbour),
        (PER_LINK, share.key), (PER_LINK_AND_DAY, share.key),
    ]  # fmt: skip
    with refusals.noting_refusals(share, Refused.PASSWORDS):
        rate_limits.take_tries(tries)
    right = is_password(share, password)
    if right:
        rate_limits.give_back_tries(tries)
    return right


def set_feedback_open(share: Share, is_open: bool) -> None:
    Share.objects.filter(pk=share.pk).update(answers_open=is_open)


@side_notes.write_if_possible()
def count_view(share: Share) -> None:
    Share.objects.filter(pk=share.pk).update(views=F("views") + 1, seen_at=timezone.now())


@side_notes.write_if_possible()
def count_download(share: Share) -> None:
    Share.objects.filter(pk=share.pk).update(downloads=F("downloads") + 1, seen_at=timezone.now())


@transaction.atomic
def mark_feedback_seen(share: Share) -> None:
    """The owner has seen them: the badge goes."""
    share = Share.objects.select_for_update().get(pk=share.pk)
    if share.unseen:
        User.objects.filter(pk=share.owner_id).update(unseen_feedback=F("unseen_feedback") - share.unseen)
        Share.objects.filter(pk=share.pk).update(unseen=0)
        Feedback.objects.filter(guest__share=share, seen=False).update(seen=True)


def default_end_day() -> date:
    """The day after which a link ends unless something else is chosen."""
    return timezone.localdate() + timedelta(days=USUAL_DAYS)
