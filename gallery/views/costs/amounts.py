"""Says back which amount of money was read while somebody types it: the server is the one reader."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from gallery.access import MemberRequest
from gallery.catalogue.numbers.numerals import MOST_CHARACTERS
from gallery.forms.costs.amounts import said_back


@require_safe
def read(request: MemberRequest) -> HttpResponse:
    """Answer with words of our own only. `field`: under which name the text is sent."""
    text = request.GET.get(request.GET.get("field", ""), "")
    return HttpResponse(said_back(text[: 2 * MOST_CHARACTERS]), content_type="text/plain; charset=utf-8")
