"""My past prompts: searched, and used again."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.access import MemberRequest
from gallery.models import PastPrompt, User
from gallery.paging import read_keyset_page
from gallery.services.runs import prompt_history

PAGE = 40
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SEARCH_CHARACTERS = 200


@require_safe
def list_prompts(request: MemberRequest) -> HttpResponse:
    words = request.GET.get("q", "")[:SEARCH_CHARACTERS]
    cursor = request.GET.get("before", "")
    page = read_keyset_page(_rows(request.user, words, cursor), size=PAGE)
    context = {
        "prompts": page.rows,
        "words": words.strip(),
        "searched": f"{prompt_history.SEARCHED_PROMPTS:,}",
        "older": page.last and _cursor(page.last),
        "picker": "picker" in request.GET,  # in the dialog over the studio
    }
    return render(request, _template(request, cursor), context)


def _template(request: MemberRequest, cursor: str) -> str:
    """Which part is asked for: the next rows, what a search found, the list in the studio, or the whole page."""
    if not request.htmx:
        return "library/prompts/prompts.html"
    if cursor:
        return "library/prompts/_prompts_page.html"
    return "library/prompts/_prompts_found.html" if request.htmx.target == "found" else "library/prompts/_prompts.html"


def _rows(user: User, words: str, cursor: str) -> Any:
    found = prompt_history.search_prompts(user, words)
    last = _read(cursor)
    return found.after(*last) if last else found


def _cursor(past: PastPrompt) -> str:
    """Write where a prompt stands in the list: it says nothing that the list does not, and needs no look-up."""
    return f"{(past.used_at - EPOCH) // MICROSECOND}-{past.key}"


def _read(cursor: str) -> tuple[datetime, str] | None:
    """Return (when it was used, its key), or None for the top of the list."""
    micros, _, key = cursor.partition("-")
    if not (micros.isdecimal() and len(micros) < 17 and key.isalnum()):
        return None
    return EPOCH + int(micros) * MICROSECOND, key
