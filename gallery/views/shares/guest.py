"""A link as a guest opens it: what was shared, by its rules, and nothing else. All closed doors look the same."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from gallery import share_access
from gallery.catalogue.text.value_lists import counted
from gallery.forms.shares import FeedbackForm, PasswordForm
from gallery.models import Image, Share
from gallery.models.shares import Kind
from gallery.services.operations import rate_limits, trusted_proxies
from gallery.services.shares import contents, feedback, image_keys, shares
from gallery.share_access import GuestRequest
from gallery.views.shares import guest_matrix, tiles, ways_back
from gallery.views.shares.shown import Shown
from gallery.views.throttled import too_many

View = Callable[..., HttpResponseBase]


def with_share(view: View) -> View:
    """Find the link of the address. Whatever is closed, and whatever it does not show, is the same page and status."""

    @login_not_required
    @wraps(view)
    def opened(request: GuestRequest, token: str, **where: Any) -> HttpResponseBase:
        share = share_access.find_share(request, token)
        try:
            return view(request, share, token, **where) if share else gone(request)
        except (Http404, FileNotFoundError):
            return gone(request)

    return opened


def unlocked(view: View) -> View:
    """Let those in who know the password, or need none. To others it is not there, unless a browser opens it as a
    page: then it asks, and leads back."""

    @wraps(view)
    def entered(request: GuestRequest, share: Share, token: str, **where: Any) -> HttpResponseBase:
        if share_access.may_enter(request, share):
            return view(request, share, token, **where)
        return ask_first(request, token) if _is_opened(request) else gone(request)

    return entered


def unlocked_page(view: View) -> View:
    """Let those in who know the password, or need none; lead others to the question, and then back."""

    @wraps(view)
    def entered(request: GuestRequest, share: Share, token: str, **where: Any) -> HttpResponseBase:
        if share_access.may_enter(request, share):
            return view(request, share, token, **where)
        return ask_first(request, token)

    return entered


def _is_opened(request: GuestRequest) -> bool:
    """Whether the address stands in the bar of a browser, or htmx asks for a page that is open there."""
    reads = request.method in ("GET", "HEAD")
    return bool(request.htmx) or (reads and _is_navigation(request))


def _is_navigation(request: GuestRequest) -> bool:
    """Whether a page is wanted. Safari says how it fetches since 16.4; before, only that it wants HTML."""
    mode = request.headers.get("Sec-Fetch-Mode")
    return mode == "navigate" if mode else "text/html" in request.headers.get("Accept", "")


def ask_first(request: GuestRequest, token: str) -> HttpResponse:
    """Lead to the question for the password, which leads back here."""
    asked = f"{reverse('shared', args=[token])}?{urlencode({'next': ways_back.here(request)})}"
    return HttpResponseClientRedirect(asked) if request.htmx else redirect(asked)


@login_not_required
def nothing(request: GuestRequest, **_: object) -> HttpResponse:
    """What no address under a link leads to."""
    return gone(request)


def gone(request: GuestRequest) -> HttpResponse:
    return render(request, "guest/gone.html", status=404)


@require_safe
@with_share
def show(request: GuestRequest, share: Share, token: str) -> HttpResponse:
    """The pictures, or the question for the password; htmx gets the next pictures only."""
    if not share_access.may_enter(request, share):
        return ask_first(request, token) if request.htmx else _ask(request, token, PasswordForm())
    if "next" in request.GET:  # it was asked for the password, and has heard it meanwhile in another tab
        return redirect(ways_back.page_of(token, request.GET["next"]))
    after = _find(share, request.GET["after"]) if "after" in request.GET else None
    context = _page(request, share, token, after)
    if request.htmx and after:
        return render(request, "guest/parts/_pictures.html", context)
    _count_view(request, share)
    return render(request, "guest/show.html", context)


def _page(request: GuestRequest, share: Share, token: str, after: Image | None) -> dict[str, Any]:
    page = contents.read_page(share, after=after, limit=guest_matrix.MOST if share.kind == Kind.RUN else contents.PAGE)
    guest = share_access.guest_of(request, share) if share.answers_open else None
    given = feedback.feedback_of(guest, page.images)
    shown = [
        Shown(share, image, page.start and page.start + n, given.get(image.id)) for n, image in enumerate(page.images)
    ]
    tiles.draw_tiles(shown, token, alone=page.count == 1)
    return {
        "share": share,
        "token": token,
        "pictures": shown,
        "layout": None if after or page.more else guest_matrix.lay_out(share, shown),
        "count": page.count,
        "what": _what(page.count),
        "by": _by(share, page.count),
        "after": shown[-1].key if page.more else None,
        "guest": guest,
        "card": settings.PUBLIC_URL if share.is_previewed else "",
    }


def _what(count: int | None) -> str:
    return "images" if count is None else counted(count, "image")


def _by(share: Share, count: int | None) -> str:
    """Say who shared how many."""
    what = _what(count)
    return f"{share.sharer} shared {what} with you" if share.sharer else f"{what.capitalize()} shared with you"


def _count_view(request: GuestRequest, share: Share) -> None:
    if request.method == "GET" and request.user != share.owner:
        shares.count_view(share)


@require_POST
@sensitive_post_parameters("password")
@with_share
def unlock(request: GuestRequest, share: Share, token: str) -> HttpResponse:
    form = PasswordForm(request.POST)
    if share_access.may_enter(request, share):
        return _led_back(request, token)
    if not form.is_valid():
        return _ask(request, token, form)
    try:
        right = shares.try_password(
            share, form.cleaned_data["password"], address=trusted_proxies.client_address(request.META)
        )
    except rate_limits.RateLimitExceeded as too_often:
        return _ask(request, token, form, too_often=too_often)
    if not right:
        form.add_error("password", "That is not the password.")
        return _ask(request, token, form)
    share_access.remember_pass(request, share)
    return _led_back(request, token)


def _led_back(request: GuestRequest, token: str) -> HttpResponse:
    return redirect(ways_back.page_of(token, request.POST.get("next", "")))


def _ask(
    request: GuestRequest, token: str, form: PasswordForm, *, too_often: rate_limits.RateLimitExceeded | None = None
) -> HttpResponse:
    wanted = request.POST.get("next", "") or request.GET.get("next", "") or ways_back.here(request)
    context = {"form": form, "token": token, "next": ways_back.page_of(token, wanted), "too_often": too_often}
    if too_often is None:
        return render(request, "guest/unlock.html", context)
    return too_many(render(request, "guest/unlock.html", context | {"form": PasswordForm()}), too_often)


@require_safe
@with_share
@unlocked_page
def picture(request: GuestRequest, share: Share, token: str, key: str) -> HttpResponse:
    """One picture large: a page of its own, or what the lightbox shows."""
    return _show_picture(request, share, token, _find(share, key))


def _find(share: Share, key: str) -> Image:
    image = contents.find_image(share, key)
    if image is None:
        raise Http404
    return image


def _show_picture(
    request: GuestRequest,
    share: Share,
    token: str,
    image: Image,
    *,
    form: FeedbackForm | None = None,
    said: str = "",
    fragment: str = "guest/parts/_picture.html",
    status: int = 200,
) -> HttpResponse:
    position, count, before, after = contents.find_neighbours(share, image)
    guest = share_access.guest_of(request, share) if share.answers_open else None
    given = feedback.feedback_of(guest, [image]).get(image.id)
    context = {
        "share": share, "token": token, "shown": Shown(share, image, position, given), "count": count,
        "before": before and Shown(share, before), "later": after and Shown(share, after), "guest": guest, "said": said,
        "form": form or FeedbackForm(guest=guest, feedback=given),
        "may_copy": share.show_prompt and share_access.is_named(request, share),
    }  # fmt: skip
    return render(request, fragment if request.htmx else "guest/picture.html", context, status=status)


@require_POST
@with_share
@unlocked
def give_feedback(request: GuestRequest, share: Share, token: str, key: str) -> HttpResponse:
    """Take what a guest says about a picture; closed, it is as if there were no such address."""
    image = _find(share, key)
    if not share.answers_open:
        raise Http404
    form = FeedbackForm(request.POST, guest=share_access.guest_of(request, share))
    if not form.is_valid():
        return _show_picture(request, share, token, image, form=form, fragment="guest/parts/_feedback.html")
    try:
        _take(request, share, image, form=form)
    except rate_limits.RateLimitExceeded as too_often:
        form.add_error(None, f"That was a lot at once. Send it again {too_often.words}; what you wrote stays here.")
        response = _show_picture(request, share, token, image, form=form, fragment="guest/parts/_feedback.html")
        return too_many(response, too_often)
    return _answered(request, share, token, image)


def _answered(request: GuestRequest, share: Share, token: str, image: Image) -> HttpResponse:
    if not request.htmx:
        return redirect(reverse("shared-picture", args=[token, image_keys.key_in(share, image)]) + "#answer")
    said = f"Kept. Only {share.sharer or 'whoever shared this'} sees it."
    return _show_picture(request, share, token, image, said=said, fragment="guest/parts/_feedback.html")


def _take(request: GuestRequest, share: Share, image: Image, *, form: FeedbackForm) -> None:
    address = trusted_proxies.client_address(request.META)
    feedback.check_feedback_limits(share, address=address)
    guest = share_access.guest_of(request, share)
    if guest is None:
        said = form.cleaned_data
        guest = feedback.create_guest(share, name=said["name"], address=address, nonce=said["nonce"])
        share_access.remember_guest(request, guest)
    feedback.save_feedback(guest, image, **form.said())
