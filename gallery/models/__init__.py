"""Rows, constraints and querysets. Every write and decision lives in services."""

from gallery.models.adjustments import Adjustment
from gallery.models.budgets import Budget, BudgetCount
from gallery.models.installation import KeyHolder, Round, SecretKey
from gallery.models.judging import Comparison, ComparisonImage, Mark, Vote
from gallery.models.keeping import PastPrompt, Preset, PromptTemplate
from gallery.models.mailing import Letter, ReportMail
from gallery.models.money import Attempt, Gate
from gallery.models.people import Invite, User
from gallery.models.pictures import Image
from gallery.models.prices import Price
from gallery.models.reconciling import Balance, Charge, Difference, Statement
from gallery.models.repeats import Repeat
from gallery.models.runs import Job, Project, Run
from gallery.models.sharing import Answer, Guest, Refusal, Share, ShareItem, Tally
from gallery.models.sheets import Sheet, SheetPart
from gallery.models.spending import DayModelSpend, DaySpend, MonthSpend, Movement
from gallery.models.terms import Terms
from gallery.models.workers import Worker

__all__ = [
    "Adjustment", "Answer", "Attempt", "Balance", "Budget", "BudgetCount", "Charge", "Comparison", "ComparisonImage",
    "DayModelSpend", "DaySpend", "Difference", "Gate", "Guest", "Image", "Invite", "Job", "KeyHolder", "Letter", "Mark",
    "MonthSpend", "Movement", "PastPrompt", "Preset", "Price", "Project", "PromptTemplate", "Refusal", "Repeat",
    "ReportMail", "Round", "Run", "SecretKey", "Share", "ShareItem", "Sheet", "SheetPart", "Statement", "Tally",
    "Terms", "User", "Vote", "Worker",
]  # fmt: skip
