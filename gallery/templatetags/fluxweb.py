"""Words and numbers in templates: money, durations, places in a line, texts cut short."""

from collections.abc import Mapping
from typing import Protocol

from django import template
from django.utils.text import Truncator

from gallery.catalogue.numbers import ratios
from gallery.catalogue.numbers.money import left, money, typed
from gallery.models import Reference, Terms
from gallery.services.jobs import reasons
from gallery.services.prices.terms import amount_in

register = template.Library()

register.filter(money)
register.filter(left)


class _Picture(Protocol):
    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...


@register.filter
def percent(permille: int | None) -> str:
    """Write thousandths as a percentage: 26 %, 11.9 %, −4 %."""
    if permille is None:
        return "–"
    whole, rest = divmod(abs(permille), 10)
    return f"{'−' if permille < 0 else ''}{whole}{f'.{rest}' if rest else ''} %"


@register.filter
def at(found: Mapping[str, list[Reference]] | None, label: object) -> list[Reference]:
    """Return what stands under a label, of nothing nothing."""
    return found.get(str(label), []) if found else []


@register.filter
def effective(micros: int, terms: Terms) -> str:
    """Write a price by the terms on which credit is bought: $0.0261, 0.1858 CNY."""
    dollars = terms.effective(micros)
    paid = f", {amount_in(terms.converted(dollars), terms.currency)}" if terms.currency else ""
    return money(ratios.rounded(dollars, 100) * 100) + paid


@register.filter
def decimal(millionths: int) -> str:
    """Write millionths as a number: 7.12."""
    return typed(millionths)


@register.filter
def seconds(value: float | None) -> str:
    """Write a duration for people: 0.8 s, 12 s, 2 min 5 s."""
    if value is None:
        return ""
    if value < 10:
        return f"{value:.1f} s"
    if value < 60:
        return f"{value:.0f} s"
    return f"{value // 60:.0f} min {value % 60:.0f} s"


@register.filter
def about(value: float) -> str:
    """Write an estimate without more than it knows: about 12 s, about 3 min, about 2 h. Rounded up."""
    for unit, size in (("h", 3600), ("min", 60)):
        if value > 1.5 * size:
            return f"about {-(-value // size):.0f} {unit}"
    return f"about {-(-value // 1):.0f} s"


@register.filter
def points(value: float) -> str:
    """Write a rating: 83, −258."""
    return f"{value:,.0f}".replace("-0", "0").replace("-", "−")


@register.filter
def thousands(n: int) -> str:
    """Write a number so that it can be read: 22,000."""
    return f"{n:,}"


@register.filter
def ordinal(n: int) -> str:
    """Write a place: 1st, 2nd, 3rd, 11th."""
    suffix = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{suffix}"


@register.filter
def reason_title(code: str) -> str:
    """Name in a word or two why a job is where it is."""
    return reasons.describe_reason(code).title


@register.filter
def short(text: str, length: int = 90) -> str:
    """Cut a prompt to one line."""
    return Truncator(" ".join(text[: length * 4].split())).chars(length)


@register.filter
def sentence(text: str) -> str:
    """Write an error as a sentence: a capital in front, a full stop behind."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


@register.filter
def ratio_class(picture: _Picture) -> str:
    """Name the CSS class of a picture's shape: its ratio in tenths, within what the stylesheet draws."""
    tenths = round(10 * picture.width / picture.height) if picture.height else 10
    return f"ar-{min(24, max(3, tenths))}"
