"""A link as a guest opens it: what was shared, by its rules, and nothing else. All closed doors look the same."""

from dataclasses import dataclass
from functools import partial, wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from gallery import link_access
from gallery.forms.sharing import AnswerForm, PasswordForm
from gallery.models import Answer, Image, Share
from gallery.models.sharing import Kind
from gallery.services import contents, guests, shares, throttle
from gallery.templatetags.fluxweb import money
from gallery.views import shared_matrix


@dataclass
class Shown:
    """One picture as the rules of a link let it be seen."""

    share: Share
    image: Image
    place: int | None = None
    answer: Answer | None = None

    @property
    def alt(self):
        """Only what is shown anyway: a picture read aloud must not tell more than one looked at."""
        if self.share.show_prompt:
            return self.image.opening
        return f"Picture {self.place}" if self.place else "Picture"

    @property
    def facts(self):
        share, image = self.share, self.image
        known = [("Model", image.model)] if share.show_model else []
        known += [("Seed", image.seed)] if share.show_seed else []
        known += [("Cost", money(image.attempt.booked_micros))] if share.show_cost else []
        return known + ([("Prompt", image.job.prompt)] if share.show_prompt else [])

    @property
    def caption(self):
        """What fits under a small picture."""
        share, image = self.share, self.image
        words = [image.model] if share.show_model else []
        words += [f"seed {image.seed}"] if share.show_seed else []
        return " · ".join(words)


def link(view):
    """Find the link of the address. Whatever is closed, and whatever it does not show, is the same page and status."""

    @login_not_required
    @wraps(view)
    def opened(request, token, **where):
        share = link_access.find(request, token)
        try:
            return view(request, share, token, **where) if share else gone(request)
        except (Http404, FileNotFoundError):
            return gone(request)

    return opened


def unlocked(view, *, is_page=False):
    """Let those in who know the password, or need none; a page leads to the question, anything else is not there."""

    @wraps(view)
    def entered(request, share, token, **where):
        if link_access.may_enter(request, share):
            return view(request, share, token, **where)
        return redirect("shared", token) if is_page else gone(request)

    return entered


unlocked_page = partial(unlocked, is_page=True)
MOST_COMPARED = 12
LETTERS = "ABCDEFGHIJKL"


@login_not_required
def nothing(request, **_):
    """What no address under a link leads to."""
    return gone(request)


def gone(request):
    return render(request, "shared/gone.html", status=404)


@require_safe
@link
def show(request, share, token):
    """The pictures, or the question for the password; htmx gets the next pictures only."""
    if not link_access.may_enter(request, share):
        return _ask(request, token, PasswordForm())
    after = _find(share, request.GET["after"]) if "after" in request.GET else None
    context = _page(request, share, token, after)
    if request.htmx and after:
        return render(request, "shared/_pictures.html", context)
    _count_view(request, share)
    return render(request, "shared/show.html", context)


def _page(request, share, token, after):
    part = contents.part(share, after=after, limit=shared_matrix.MOST if share.kind == Kind.RUN else contents.PAGE)
    guest = link_access.guest_of(request, share) if share.answers_open else None
    answers = guests.answers_of(guest, part.images)
    shown = [
        Shown(share, image, part.start and part.start + n, answers.get(image.id)) for n, image in enumerate(part.images)
    ]
    return {
        "share": share,
        "token": token,
        "pictures": shown,
        "layout": None if after or part.more else shared_matrix.lay_out(share, shown),
        "count": part.count,
        "by": _by(share, part.count),
        "after": part.images[-1].key if part.more else None,
        "guest": guest,
        "card": settings.PUBLIC_URL if share.is_previewed else "",
    }


def _by(share, count):
    """Say who shared how many."""
    what = "images" if count is None else f"{count} image{'' if count == 1 else 's'}"
    return f"{share.sharer} shared {what} with you" if share.sharer else f"{what.capitalize()} shared with you"


def _count_view(request, share):
    if request.method == "GET" and request.user != share.owner:
        shares.count_view(share)


@require_POST
@sensitive_post_parameters("password")
@link
def unlock(request, share, token):
    form = PasswordForm(request.POST)
    if link_access.may_enter(request, share):
        return redirect("shared", token)
    if not form.is_valid():
        return _ask(request, token, form)
    try:
        right = shares.try_password(share, form.cleaned_data["password"], address=throttle.client_address(request.META))
    except throttle.TooOften as too_often:
        return _ask(request, token, form, too_often=too_often)
    if not right:
        form.add_error("password", "That is not the password.")
        return _ask(request, token, form)
    link_access.let_in(request, share)
    return redirect("shared", token)


def _ask(request, token, form, *, too_often=None):
    if too_often is None:
        return render(request, "shared/unlock.html", {"form": form, "token": token})
    minutes = -(-too_often.seconds // 60)
    response = render(request, "shared/unlock.html", {"form": PasswordForm(), "minutes": minutes}, status=429)
    response.headers["Retry-After"] = too_often.seconds
    return response


@require_safe
@link
@unlocked_page
def picture(request, share, token, key):
    """One picture large: a page of its own, or what the lightbox shows."""
    return _show_picture(request, share, token, _find(share, key))


def _find(share, key):
    image = contents.find(share, key)
    if image is None:
        raise Http404
    return image


def _show_picture(request, share, token, image, *, form=None, said="", fragment="shared/_picture.html", status=200):
    place, count, before, after = contents.neighbours(share, image)
    guest = link_access.guest_of(request, share) if share.answers_open else None
    answer = guests.answers_of(guest, [image]).get(image.id)
    context = {
        "share": share, "token": token, "shown": Shown(share, image, place, answer), "count": count,
        "before": before, "later": after, "guest": guest, "said": said,
        "form": form or AnswerForm(guest=guest, answer=answer),
        "may_copy": share.show_prompt and link_access.is_named(request, share),
    }  # fmt: skip
    return render(request, fragment if request.htmx else "shared/picture.html", context, status=status)


@require_safe
@link
@unlocked_page
def compare(request, share, token):
    """Several pictures side by side, zoomed and moved together: those named, or the first ones."""
    asked = request.GET.getlist("picture")
    images = _asked(share, asked) if asked else contents.part(share, limit=MOST_COMPARED).images
    panes = [(letter, Shown(share, image)) for letter, image in zip(LETTERS, images, strict=False)]
    context = {"share": share, "token": token, "panes": panes, "left_out": len(asked) > MOST_COMPARED}
    return render(request, "shared/compare.html", context)


def _asked(share, keys):
    images = contents.find_all(share, keys[:MOST_COMPARED])
    if images is None:
        raise Http404
    return images


@require_POST
@link
@unlocked
def answer(request, share, token, key):
    """Take what a guest says about a picture; closed, it is as if there were no such address."""
    image = _find(share, key)
    if not share.answers_open:
        raise Http404
    guest = link_access.guest_of(request, share)
    form, status = AnswerForm(request.POST, guest=guest), 200
    if form.is_valid():
        try:
            _take(request, share, image, guest=guest, form=form)
        except throttle.TooOften:
            status = 200 if request.htmx else 429
            form.add_error(None, "That was a lot at once. Wait a few minutes, then send it again.")
        else:
            return _answered(request, share, token, image)
    return _show_picture(request, share, token, image, form=form, fragment="shared/_answer.html", status=status)


def _answered(request, share, token, image):
    if not request.htmx:
        return redirect(reverse("shared-picture", args=[token, image.key]) + "#answer")
    said = f"Kept. Only {share.sharer or 'whoever shared this'} sees it."
    return _show_picture(request, share, token, image, said=said, fragment="shared/_answer.html")


def _take(request, share, image, *, guest, form):
    address = throttle.client_address(request.META)
    guests.allow_answer(share, address=address)
    if guest is None:
        guest = guests.welcome(share, name=form.cleaned_data["name"], address=address)
        link_access.remember_guest(request, guest)
    guests.answer(guest, image, **form.said())
