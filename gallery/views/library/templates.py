"""Prompt templates: listed, filled with a preview, used in the studio, written, exported and imported."""

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.templates import template_files
from gallery.catalogue.templates.ready_templates import READY, ReadyTemplate
from gallery.catalogue.templates.template_files import InvalidFile
from gallery.catalogue.text.value_lists import counted
from gallery.forms.saved_items import TemplateForm, VariablesForm
from gallery.forms.studio import prefill as prefill_form
from gallery.models import PromptTemplate
from gallery.services.library import saved_items, templates
from gallery.services.library.saved_items import NameTaken
from gallery.views.library import saved_items as saved_item_views
from gallery.views.library.presets import in_picker
from gallery.views.studio import prefill, studio


@require_safe
def list_templates(request: MemberRequest) -> HttpResponse:
    of = request.GET.get("of") or ("mine" if PromptTemplate.objects.owned_by(request.user).exists() else "ready")
    page = saved_item_views.SavedItemPage("ready", READY)
    if of != "ready":
        page = saved_item_views.read_page(request, PromptTemplate, of=of if of in ("team", "bin") else "mine")
    deleted = saved_item_views.just_deleted(request, PromptTemplate)
    context = {"page": page, "deleted": deleted, "picker": in_picker(request)}
    return render(
        request, "library/templates/_templates.html" if request.htmx else "library/templates/templates.html", context
    )


def show(request: MemberRequest, key: str) -> HttpResponse:
    """Show a template with its places to fill, and what the prompt becomes. Changes nothing."""
    template = access.template_read(request, key)
    form = VariablesForm(request.POST if request.method == "POST" else None, template=template)
    form.is_valid()
    if request.htmx and request.htmx.target == "preview":
        return render(request, "library/templates/_template_preview.html", {"form": form, "oob": True})
    return _page(request, template, form)


def _page(request: MemberRequest, template: ReadyTemplate | PromptTemplate, form: VariablesForm) -> HttpResponse:
    mine = getattr(template, "owner", None) == request.user
    context = {"template": template, "form": form, "mine": mine, "picker": in_picker(request)}
    return render(
        request, "library/templates/_template.html" if request.htmx else "library/templates/template.html", context
    )


@require_POST
def use(request: MemberRequest, key: str) -> HttpResponse:
    """Put the filled template into the studio, over what is typed there already; or say what is missing."""
    template = access.template_read(request, key)
    form = VariablesForm(request.POST, template=template)
    if form.is_valid():
        typed = prefill_form.read_typed(request.POST) or prefill.START
        return studio.show_filled(request, prefill_form.merge_values(form.for_studio(), typed))
    page = _page(request, template, form)
    return reswap(retarget(page, "#picker-body"), "innerHTML") if request.htmx else page


def new(request: MemberRequest) -> HttpResponse:
    form = TemplateForm(request.POST or None, owner=request.user)
    if form.is_bound and form.is_valid() and (row := _write(form)):
        messages.success(request, f"“{row.name}” is kept.")
        return redirect("template", key=row.key)
    return render(request, "library/templates/template_form.html", {"form": form})


def edit(request: MemberRequest, key: str) -> HttpResponse:
    row = access.saved_item_write(request, PromptTemplate, key)
    stored = {name: getattr(row, name) for name in ("name", "shared", *PromptTemplate.CONTENT)}
    form = TemplateForm(request.POST or None, initial=stored, owner=request.user, row=row)
    if form.is_bound and form.is_valid() and _write(form):
        messages.success(request, f"“{form.cleaned_data['name']}” is kept. What it held before lies under Deleted.")
        return redirect("template", key=row.key)
    return render(request, "library/templates/template_form.html", {"form": form, "template": row})


def _write(form: TemplateForm) -> PromptTemplate | None:
    """Keep the template of a valid form and return it; None if somebody took its name just now."""
    try:
        if form.row is None:
            return saved_items.add_item(PromptTemplate, owner=form.owner, **form.cleaned_data)
        saved_items.change_item(form.row, **form.cleaned_data)
    except NameTaken:
        form.say_taken()
        return None
    return cast("PromptTemplate", form.row)


@require_safe
def export(request: MemberRequest) -> HttpResponse:
    """Answer my templates as one file."""
    content = template_files.write(templates.templates_of(request.user))
    headers = {"Content-Disposition": 'attachment; filename="fluxweb-templates.json"'}
    return HttpResponse(content, content_type="application/json", headers=headers)


def import_file(request: MemberRequest) -> HttpResponse:
    """Show the form for a file, or take one: all templates of it or none."""
    problems: list[str] = []
    if request.method == "POST":
        try:
            found = template_files.read(_content(request))
        except InvalidFile as invalid:
            problems = invalid.problems
        else:
            messages.success(request, _added(templates.add_templates(found, owner=request.user), of=len(found)))
            return redirect("templates")
    context = {"problems": problems, "most": template_files.MAX_TEMPLATES, "names": template_files.NAMES}
    return render(request, "library/templates/templates_import.html", context)


def _content(request: MemberRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None:
        raise InvalidFile(["Choose a file first."])
    content: bytes = file.read(template_files.MAX_BYTES + 1)
    return content


def _added(new: int, *, of: int) -> str:
    had = of - new
    words = f"{counted(new, 'template')} imported, only you see {'it' if new == 1 else 'them'}."
    return words + (f" {had} you had already." if had else "")
