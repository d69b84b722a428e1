"""Prompt templates as a file: all that come with one, and all that go into one."""

from collections.abc import Iterable
from dataclasses import asdict

from django.db import transaction

from gallery.catalogue.templates.template_files import Template
from gallery.models import PromptTemplate, User
from gallery.services.library import saved_items


@transaction.atomic
def add_templates(found: Iterable[Template], *, owner: User) -> int:
    """Keep all of these, private, and return how many are new: who has the very same keeps it once."""
    mine = {row.name: _template(row) for row in PromptTemplate.objects.owned_by(owner)}
    rows = []
    for template in dict.fromkeys(found):
        if mine.get(template.name) != template:
            name = saved_items.numbered_name(template.name, mine)
            mine[name] = template
            rows.append(PromptTemplate(owner=owner, **asdict(template) | {"name": name}))
    PromptTemplate.objects.bulk_create(rows, batch_size=100)
    return len(rows)


def templates_of(owner: User) -> list[Template]:
    """Return the owner's templates as they stand in a file, by name."""
    return [_template(row) for row in PromptTemplate.objects.owned_by(owner).order_by("name")]


def _template(row: PromptTemplate) -> Template:
    return Template(row.name, **saved_items.content_of(row))
