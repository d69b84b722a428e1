"""A chart of ratings over prices, as numbers that a template writes into an SVG."""

from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from gallery.services.compare.model_quality import Quality

WIDTH, HEIGHT = 640, 260  # of the drawing
LEFT, RIGHT, TOP, BOTTOM = 48, 130, 16, 34  # margins; names stand to the right of their points
RATING_STEP = 100  # points between two lines
LEAST_SPREAD = 200  # points that the axis shows at least


@dataclass
class Point:
    """One model: where it lies, how far its margin reaches, how it is called."""

    x: float
    y: float
    low: float
    high: float
    name: str
    best: bool


class Chart:
    """Rating upwards, price to the right. Empty where fewer than two models have votes enough."""

    width, height, left, bottom = WIDTH, HEIGHT, LEFT, HEIGHT - BOTTOM
    least: int
    most: int
    dearest: int

    def __init__(self, found: list[Quality]) -> None:
        rated: list[Any] = [each for each in found if not each.too_few and each.price_micros is not None]
        self.points: list[Point] = []
        self.lines: list[tuple[float, int]] = []
        if len(rated) > 1:
            self._scale(rated)
            self.points = [self._point(each) for each in rated]
            self.lines = [(self._y(value), value) for value in range(self.least, self.most + 1, RATING_STEP)]

    def _scale(self, rated: list[Any]) -> None:
        self.least = RATING_STEP * floor(min(-LEAST_SPREAD / 2, *(each.standing.low for each in rated)) / RATING_STEP)
        self.most = RATING_STEP * ceil(max(LEAST_SPREAD / 2, *(each.standing.high for each in rated)) / RATING_STEP)
        self.dearest = max(each.price_micros for each in rated) or 1

    def _point(self, each: Any) -> Point:
        standing = each.standing
        x = LEFT + each.price_micros / self.dearest * (WIDTH - LEFT - RIGHT)
        y, low, high = (self._y(value) for value in (standing.rating, standing.low, standing.high))
        return Point(round(x, 1), y, low, high, each.model, each.best_for_its_price)

    def _y(self, rating: float) -> float:
        part = (rating - self.least) / (self.most - self.least)
        return round(HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM), 1)
