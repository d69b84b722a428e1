"""A run as a matrix: one of the axes that vary goes across, the others go down. Chosen in the address."""

from dataclasses import dataclass, field

MOST_COLUMNS = 11  # numbers.css has a rule for each
SEED = "seed"
AXES = {  # in the order in which they are offered to go across: (one value, several)
    "model": ("model", "models"),
    "prompt": ("prompt", "prompts"),
    "steps": ("steps", "step counts"),
    "guidance": ("guidance", "guidances"),
    SEED: ("seed", "seeds"),
}


@dataclass
class Row:
    """`heads`: (value, name of its axis), the outermost first; `cells`: one per column, None where none is made."""

    heads: list
    cells: list


@dataclass
class Layout:
    """`across` is empty where only seeds vary: then pictures flow one after the other."""

    across: str = ""
    choices: list = field(default_factory=list)  # (axis, what it is called) that may go across
    columns: list = field(default_factory=list)  # (value, name of its axis, price or None)
    rows: list = field(default_factory=list)
    counts: list = field(default_factory=list)  # "2 models", "3 seeds"

    @property
    def name(self):
        return AXES[self.across][0] if self.across else ""


def lay_out(cells, *, across=""):
    """Lay all cells of a run out; `across`: the axis asked for, if it may go there."""
    places = [(_place(cell.job), cell) for cell in cells]
    values = {name: list(dict.fromkeys(place[name] for place, _ in places)) for name in places[0][0]}
    varying = [name for name in AXES if len(values.get(name, ())) > 1]
    layout = Layout(counts=_counts(values))
    if varying not in ([], [SEED]):
        may_go = [name for name in varying if len(values[name]) <= MOST_COLUMNS]
        layout.choices = [(name, AXES[name][1]) for name in may_go]
        alone = "model" if SEED in varying else SEED  # where every axis that varies is too long: one column
        layout.across = across if across in may_go else next(iter(may_go), alone)
    down = [name for name in sorted(varying, key=lambda name: name != SEED) if name != layout.across]
    _fill(layout, places, values, down or [SEED])
    return layout


def _place(job):
    """Where a job stands, axis by axis in our order: PostgreSQL keeps the names of a JSON value in its own."""
    place = {"model": job.model, **job.axes, SEED: job.seed}
    return {name: place[name] for name in AXES if name in place}


def _counts(values):
    return [f"{len(found)} {AXES[name][len(found) != 1]}" for name, found in values.items()]


def _fill(layout, places, values, down):
    prices = {cell.job.model: cell.job.quoted_micros for _, cell in places}
    across = values[layout.across] if layout.across else [None]
    layout.columns = [(value, layout.name, prices.get(value)) for value in across]
    rows = {}
    for place, cell in places:
        rows.setdefault(tuple(place[name] for name in down), {}).setdefault(place.get(layout.across), []).append(cell)
    orders = [{value: n for n, value in enumerate(values[name])} for name in down]
    in_order = sorted(rows, key=lambda key: [order[value] for order, value in zip(orders, key, strict=True)])
    for key in in_order:
        heads = [(value, AXES[name][0]) for value, name in zip(key, down, strict=True)]
        layout.rows.append(Row(heads, [cell for value in across for cell in rows[key].get(value) or [None]]))
