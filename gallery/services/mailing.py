"""Reports by mail, for those who asked: last week's on Monday, last month's on the first, as plain text."""

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone

from gallery.catalogue.lists import counted
from gallery.catalogue.money import money
from gallery.models import ReportMail
from gallery.models.mailing import Every
from gallery.services import periods, reports
from gallery.services.reports import Slice, Sums

ROWS_MOST = 20
TITLE_WIDTH = 40

log = structlog.get_logger("fluxweb.mailing")


def choose(user, every):
    """Send somebody reports from the running week or month on; nothing for `every` stops it."""
    if not every:
        ReportMail.objects.filter(user=user).delete()
        return
    last = _ended(every, timezone.localdate())
    ReportMail.objects.update_or_create(user=user, defaults={"every": every, "sent_until": last.end})


def send_due():
    """Send what has ended since the last time. A report is sent once, however many workers try; never in a demo."""
    wishes = ReportMail.objects.filter(user__is_active=True).exclude(user__email="").select_related("user")
    for wish in [] if settings.DEMO else wishes:
        period = _ended(wish.every, timezone.localdate())
        if ReportMail.objects.filter(pk=wish.pk, sent_until__lt=period.end).update(sent_until=period.end):
            _send(wish.user, period)


def _ended(every, today):
    """Return the last week or month that is over."""
    return periods.around("month", today).before if every == Every.MONTH else periods.last_week(today)


def _send(user, period):
    subject, text = write(user, period)
    try:
        send_mail(subject, text, None, [user.email])
    except OSError as error:  # smtplib's are of this kind too
        log.error("report not sent", user=user.pk, error=type(error).__name__)
    else:
        log.info("report sent", user=user.pk, start=str(period.start))


def write(user, period):
    """Return subject and text of a report: of everybody for those who see costs, else of one's own spend."""
    everybody = user.sees_costs
    by = "member" if everybody else "project"
    rows = reports.sums_by(Slice(period.start, period.end, owner_id=None if everybody else user.pk), by)
    total = sum(rows.values(), Sums())
    lines = [
        f"{period.title}, {'the team' if everybody else 'what you spent'}",
        "",
        _line("Charged", f"{money(total.charged_micros)} for {counted(total.pictures, 'picture')}"),
        _line("In doubt", money(total.uncertain_micros)),
        _line("Paid but lost", money(total.lost_micros)),
        _saved(total),
        "",
        f"By {by}",
        *_rows(rows, by),
        "",
        f"All of it, also as CSV: {_address(period)}",
        "How often this comes, or that it stops, is chosen at the end of that page.",
    ]
    return f"Costs of {period.title}: {money(total.charged_micros)}", "\n".join(lines) + "\n"


def _saved(total):
    if total.dearer_micros:
        return _line("Dearer than the official price by", money(total.dearer_micros))
    return _line("Saved against the official price", money(total.saved_micros))


def _rows(rows, by):
    titles = reports.titles(by, rows)
    dearest = sorted(rows.items(), key=lambda row: -row[1].charged_micros)
    yield from (_line(titles[key], money(sums.charged_micros)) for key, sums in dearest[:ROWS_MOST])
    if len(dearest) > ROWS_MOST:
        rest = sum((sums for _, sums in dearest[ROWS_MOST:]), Sums())
        yield _line(counted(len(dearest) - ROWS_MOST, "other"), money(rest.charged_micros))
    if not dearest:
        yield "  Nothing was spent."


def _line(title, words):
    return f"  {title[:TITLE_WIDTH]:{TITLE_WIDTH}} {words}"


def _address(period):
    return f"{settings.PUBLIC_URL}{reverse('costs')}?from={period.start}&to={period.end}"
