"""What the budgets say of images before they are asked for: how many fit now, how many would wait, what is left."""

from dataclasses import dataclass

from gallery.services.budgets.availability import Allowance, Room


@dataclass(frozen=True)
class Outlook:
    """`room`: of all budgets that apply, the one that has too little or leaves least; `had_micros`: what it had."""

    count: int
    fits: int
    room: Room
    had_micros: int

    @property
    def waits(self):
        return self.count - self.fits

    @property
    def leaves_micros(self):
        return self.room.left_micros


def look_ahead(prices, *, owner, project=""):
    """Look at images of these prices, in the order of the line, behind what waits already; None if no budget applies.

    `project`: the name that was typed.
    """
    allowance = Allowance()
    place = {"owner_id": owner.pk, "project_id": _project_of(allowance, project)}
    rooms = allowance.of(**place)
    if not rooms:
        return None
    allowance.spend_what_waits()
    had = {room.budget.pk: room.left_micros for room in rooms}
    fits, blocking = 0, []
    for micros in prices:
        if refused := allowance.blocking(micros, **place):
            blocking = blocking or refused
        else:
            allowance.spend(micros, **place)
            fits += 1
    room = min(blocking or rooms, key=lambda each: each.left_micros)
    return Outlook(len(prices), fits, room, had[room.budget.pk])


def _project_of(allowance, name):
    """Return the id of a project that has a budget; of others only that no project's budget applies is known."""
    name = " ".join(name.split()).lower()
    found = (room.budget for room in allowance.rooms if name and room.budget.project_name)
    return next((budget.project_id for budget in found if budget.project_name.lower() == name), 0)
