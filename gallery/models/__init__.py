"""Rows, constraints and querysets. Every write and decision lives in services."""

from gallery.models.money import Attempt, Gate
from gallery.models.people import Invite, User
from gallery.models.pictures import Image
from gallery.models.runs import Job, Project, Run
from gallery.models.workers import Worker

__all__ = ["Attempt", "Gate", "Image", "Invite", "Job", "Project", "Run", "User", "Worker"]
