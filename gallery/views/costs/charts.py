"""Where the bars of a chart stand: numbers for an SVG, so that templates only write them down."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gallery.catalogue.numbers.money import money
from gallery.services.ledger.periods import Period
from gallery.services.ledger.reports import MonthForecast, Slice, Sums, sums_by

WIDTH, HEIGHT = 1130, 216
LEFT, RIGHT, TOP, BOTTOM = 66, 1124, 14, 190
DAYS_MOST = 100  # longer periods have a bar for each month
NAMED_MOST = 3  # models with a colour of their own
OTHERS = "others"
LABELS_MOST = 8
STEPS_OF_SCALE = 3
Step = date | str  # a day, or a month as 2026-07
MONEY = ("charged_micros", "uncertain_micros")


@dataclass
class Series:
    """One colour of the chart: its CSS class, its name, and its micro-dollars by step."""

    css: str
    name: str
    micros: dict[Step, int]

    @property
    def total(self) -> int:
        return sum(self.micros.values())


@dataclass
class Bar:
    """What stands over one day or month: rectangles from below, and a word under it, or none."""

    x: float
    width: float
    title: str
    parts: list[tuple[str, float, float]]  # (CSS class, y, height)
    label: str = ""

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass
class Chart:
    """Money by day or month, stacked by model, what is in doubt on top."""

    series: list[Series]
    bars: list[Bar]
    scale: list[tuple[float, str]]  # (y, words)
    rows: list[tuple[str, list[int], int]]  # the same for those who read it: (title, [micros of each series], sum)
    pace: tuple[float, float, float] | None = (
        None  # (x from, x to, y): the days that are still to come, if they go on like this
    )

    width, height, left, right, bottom = WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM


def of_spend(
    chosen: Slice, period: Period, *, forecast: MonthForecast | None = None, today: date | None = None
) -> Chart | None:
    """Return the chart of a slice; None where nothing was spent."""
    step = "day" if period.days <= DAYS_MOST else "month"
    found = sums_by(chosen, step, "model", amounts=MONEY)
    if not found:
        return None
    series = _series(found)
    steps = list(_steps(period, step))
    sums = [sum(each.micros.get(key, 0) for each in series) for key in steps]
    top = max([*sums, forecast.pace_micros if forecast else 0, 1])
    scale = _scale(top)
    high = max(top, scale[-1])
    chart = Chart(series, _bars(steps, series, high), [(_y(each, high), money(each)) for each in scale], [])
    chart.rows = [
        (_title(key), [each.micros.get(key, 0) for each in series], total)
        for key, total in zip(steps, sums, strict=True)
        if total
    ]
    if forecast and step == "day" and today and period.holds(today) and today < period.end:
        chart.pace = (chart.bars[steps.index(today) + 1].x, RIGHT, _y(forecast.pace_micros, high))
    return chart


def _series(found: dict[Any, Sums]) -> list[Series]:
    """The models that cost most, all others together, and what is in doubt."""
    charged: dict[str, dict[Step, int]] = {}
    doubt: dict[Step, int] = {}
    for (key, model), sums in found.items():
        charged.setdefault(model, {})[key] = sums.charged_micros
        doubt[key] = doubt.get(key, 0) + sums.uncertain_micros
    ranked = sorted(charged, key=lambda model: (-sum(charged[model].values()), model))
    series = [Series(f"c{n}", model, charged[model]) for n, model in enumerate(ranked[:NAMED_MOST], 1)]
    others: dict[Step, int] = {}
    for model in ranked[NAMED_MOST:]:
        for key, micros in charged[model].items():
            others[key] = others.get(key, 0) + micros
    series += [Series("c4", OTHERS, others), Series("doubt", "in doubt", doubt)]
    return [each for each in series if each.total]


def _steps(period: Period, step: str) -> Iterator[Step]:
    day = period.start
    while day <= period.end:
        yield day if step == "day" else f"{day:%Y-%m}"
        day += timedelta(days=1)
        while step == "month" and day.day > 1:
            day += timedelta(days=1)


def _bars(steps: list[Step], series: list[Series], high: int) -> list[Bar]:
    room = (RIGHT - LEFT) / len(steps)
    every = -(-len(steps) // LABELS_MOST)
    bars = []
    for n, key in enumerate(steps):
        label = _label(key) if n % every == 0 else ""
        x, width = round(LEFT + n * room + room * 0.16, 1), round(room * 0.68, 1)
        bars.append(Bar(x, width, _title(key), list(_parts(key, series, high)), label))
    return bars


def _parts(key: Step, series: list[Series], high: int) -> Iterator[tuple[str, float, float]]:
    floor: float = BOTTOM
    for each in series:
        if micros := each.micros.get(key, 0):
            height = round((BOTTOM - TOP) * micros / high, 1)
            floor = round(floor - height, 1)
            yield each.css, floor, height


def _y(micros: int, high: int) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * micros / high, 1)


def _scale(top: int) -> list[int]:
    """Choose round amounts for the lines behind the bars: 1, 2 or 5 of a power of ten."""
    step = 1
    while top > STEPS_OF_SCALE * step:
        step = step * 2 if str(step)[0] in "15" else step * 5 // 2
    return [n * step for n in range(top // step + 1)]


def _label(key: Step) -> str:
    if isinstance(key, date):
        return f"{key.day} {key:%b}" if key.day == 1 else str(key.day)
    return f"{date.fromisoformat(f'{key}-01'):%b %Y}"


def _title(key: Step) -> str:
    if isinstance(key, date):
        return f"{key.day} {key:%B %Y}"
    return f"{date.fromisoformat(f'{key}-01'):%B %Y}"
