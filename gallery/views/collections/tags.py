"""Tags: the list of one's own, one of them, and what is put on pictures and taken off."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.text.value_lists import counted
from gallery.forms.collections import TagForm, TagsForm
from gallery.models import Image, Selection, Tag
from gallery.models.operations.bulk import Verb
from gallery.paging import read_keyset_page
from gallery.services.collections import tags
from gallery.services.collections.tags import MOST_ON_IMAGE, Pair, Tagged, TagTaken
from gallery.views.images import bulk
from gallery.views.undoing import say_undoable, where_from

PAGE = 100
MOST = 2000  # pictures in one press


@require_safe
def list_tags(request: MemberRequest) -> HttpResponse:
    """Show the tags in the order of the alphabet, each with its pictures counted."""
    rows = Tag.objects.of(request.user).order_by("folded")
    if before := request.GET.get("before", ""):
        rows = rows.filter(folded__gt=access.tag_write(request, before).folded)
    page = read_keyset_page(rows.counted(), size=PAGE)
    return render(request, "collections/tags/tags.html", {"tags": page.rows, "older": page.older})


@require_safe
def complete(request: MemberRequest) -> HttpResponse:
    """Offer tags that go on as what is typed."""
    typed = request.GET.get("tag", "") or request.GET.get("name", "")
    found = tags.complete(typed.replace("\0", "")[:MOST_ON_IMAGE], user=request.user)
    return render(request, "collections/tags/_options.html", {"tags": found})


@require_POST
def put(request: MemberRequest) -> HttpResponse:
    """Put tags on the pictures that are named; without a tag, ask for it."""
    form = TagsForm(request.POST if "tag" in request.POST else None)
    if large := bulk.large_selection(request):
        return _put_on_many(request, large, form)
    images = _images(request)
    if not form.is_valid():
        return _ask(request, images, form)
    done = tags.tag_images(images, form.cleaned_data["tag"], user=request.user)
    _say_tagged(request, images, done)
    return _back(request, images)


def _put_on_many(request: MemberRequest, large: Selection, form: TagsForm) -> HttpResponse:
    if not form.is_valid():
        context = bulk.asked_about(request, large) | {"form": form, "back": where_from(request)}
        return render(request, "collections/tags/put.html", context)
    names = form.cleaned_data["tag"]
    said = f"Tagged {', '.join(f'“{name}”' for name in names)}"
    return bulk.begin(request, large, Verb.TAG, said=said, names=names)


def _images(request: MemberRequest) -> list[Image]:
    keys = access.chosen_keys(request, request.POST)
    if not 0 < len(keys) <= MOST:
        raise Http404
    return access.images_write(request, keys)


def _ask(request: MemberRequest, images: list[Image], form: TagsForm) -> HttpResponse:
    if request.htmx:
        return _section(request, images[0], form)
    fields = [("image", image.key) for image in images]
    context = {"images": images, "count": len(images), "fields": fields, "form": form, "back": where_from(request)}
    return render(request, "collections/tags/put.html", context)


def _say_tagged(request: MemberRequest, images: list[Image], done: Tagged) -> None:
    names = ", ".join(f"“{tag.name}”" for tag in done.tags)
    said = f"{counted(len(images) - done.full, 'picture')} tagged {names}."
    if done.full:
        said += f" {counted(done.full, 'picture')} left out: {MOST_ON_IMAGE} tags are the most."
    if done.pairs:
        say_undoable(request, said, address=reverse("tags-undo"), fields=_written("off", done.pairs, done.tags, images))
    else:
        messages.info(request, said)


def _written(name: str, pairs: Iterable[Pair], found: list[Tag], images: list[Image]) -> list[tuple[str, str]]:
    """Write pairs for a form, by their keys."""
    tag_keys, image_keys = {tag.pk: tag.key for tag in found}, {image.pk: image.key for image in images}
    return [(name, f"{tag_keys[tag]}:{image_keys[image]}") for tag, image in pairs]


@require_POST
def take_off(request: MemberRequest, key: str) -> HttpResponse:
    """Take a tag off the pictures that are named."""
    tag, images = access.tag_write(request, key), _images(request)
    pairs = tags.untag_images(images, tag)
    said = f"“{tag.name}” is off {counted(len(pairs), 'picture')}."
    say_undoable(request, said, address=reverse("tags-undo"), fields=_written("put", pairs, [tag], images))
    return _back(request, images)


@require_POST
def undo(request: MemberRequest) -> HttpResponse:
    """Put on again what was taken off, take off what was put on."""
    put_again, off_again = request.POST.getlist("put"), request.POST.getlist("off")
    parted = [text.partition(":") for text in put_again + off_again]
    found = {tag.key: tag for tag in Tag.objects.of(request.user).filter(key__in={tag for tag, _, _ in parted})}
    images = {image.key: image for image in access.images_write(request, [key for _, _, key in parted])}
    tags.put_pairs(tags.read_pairs(put_again, tags=found, images=images))
    tags.take_off_pairs(tags.read_pairs(off_again, tags=found, images=images))
    messages.success(request, "As before.")
    return redirect(where_from(request))


def _back(request: MemberRequest, images: list[Image]) -> HttpResponse:
    if request.htmx:
        return _section(request, images[0], TagsForm())
    return redirect(where_from(request))


def _section(request: MemberRequest, image: Image, form: TagsForm) -> HttpResponse:
    """What stands on the page of a picture."""
    context = {"image": image, "tags": tags.tags_of(image, user=request.user), "form": form, "says": True}
    return render(request, "collections/tags/_image_tags.html", context)


def show(request: MemberRequest, key: str) -> HttpResponse:
    """Show one tag: here it gets another name."""
    tag = access.tag_write(request, key)
    form = TagForm(request.POST or None, initial={"name": tag.name})
    if request.method == "POST" and form.is_valid():
        try:
            tags.rename_tag(tag, form.cleaned_data["name"])
        except TagTaken as taken:
            form.add_error("name", f"You have “{taken.tag.name}” already: merge the two below.")
        else:
            address, before = reverse("tag", args=[tag.key]), [("name", tag.name)]
            say_undoable(request, f"The tag is “{form.cleaned_data['name']}” now.", address=address, fields=before)
            return redirect("tags")
    return _page(request, tag, form, TagForm())


def _page(request: MemberRequest, tag: Tag, form: TagForm, merging: TagForm) -> HttpResponse:
    return render(request, "collections/tags/tag.html", {"tag": tag, "form": form, "merging": merging})


@require_POST
def merge(request: MemberRequest, key: str) -> HttpResponse:
    """Let another tag take its place on all its pictures."""
    tag, form = access.tag_write(request, key), TagForm(request.POST)
    if not form.is_valid():
        return _page(request, tag, TagForm(initial={"name": tag.name}), form)
    into = tags.find_or_make(form.cleaned_data["name"], user=request.user)
    if into == tag:
        form.add_error("name", "That is this tag itself.")
        return _page(request, tag, TagForm(initial={"name": tag.name}), form)
    tags.merge_tags(tag, into=into)
    say_undoable(request, f"“{tag.name}” is “{into.name}” now.", address=reverse("tag-restore", args=[tag.key]))
    return redirect("tags")


@require_POST
def delete(request: MemberRequest, key: str) -> HttpResponse:
    tag = access.tag_write(request, key)
    tags.delete_tag(tag)
    say_undoable(request, f"The tag “{tag.name}” is deleted.", address=reverse("tag-restore", args=[tag.key]))
    return redirect("tags")


@require_POST
def restore(request: MemberRequest, key: str) -> HttpResponse:
    """Undo a deletion or a merge."""
    tag = access.tag_restore(request, key)
    try:
        tags.restore_tag(tag)
    except TagTaken:
        messages.error(request, f"You have another tag “{tag.name}” by now. Rename it first.")
    else:
        messages.success(request, f"The tag “{tag.name}” is back.")
    return redirect("tags")
