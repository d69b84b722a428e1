"""Rows, constraints and querysets. Every write and decision lives in services."""

from gallery.models.calls import Attempt, Gate
from gallery.models.collections import Collection, CollectionImage, ImageTag, SavedSearch, Selection, Tag
from gallery.models.contact_sheets import Sheet, SheetPart
from gallery.models.costs.adjustments import Adjustment
from gallery.models.costs.budgets import Budget, BudgetCount
from gallery.models.costs.ledger import DailyModelSpend, DailySpend, LedgerEntry, MonthlySpend
from gallery.models.costs.prices import Price
from gallery.models.costs.report_mail import Letter, ReportMail
from gallery.models.costs.statements import Balance, Charge, Difference, Statement
from gallery.models.costs.terms import Terms
from gallery.models.finding.lengths import FileLength
from gallery.models.finding.looks import ImageColour, ImageLook
from gallery.models.finding.search import FacetChange, ImageChange, ImageText
from gallery.models.finding.words import ImageWords
from gallery.models.images import Image, NamedSize
from gallery.models.operations.bulk import BulkAct, BulkSlice
from gallery.models.operations.installation import KeyHolder, Round, SecretKey
from gallery.models.operations.rate_limits import RateCounter
from gallery.models.operations.workers import Worker
from gallery.models.people import Invite, User
from gallery.models.ratings import Comparison, ComparisonImage, Rating, Vote
from gallery.models.references import JobReference, Reference
from gallery.models.repeats import Repeat
from gallery.models.runs import Job, Project, Run
from gallery.models.saved_items import PastPrompt, Preset, PromptTemplate, StudioDraft
from gallery.models.shares import Feedback, Guest, Refusal, Share, ShareItem

__all__ = [
    "Adjustment", "Attempt", "Balance", "Budget", "BudgetCount", "BulkAct", "BulkSlice", "Charge", "Collection",
    "CollectionImage", "Comparison", "ComparisonImage", "DailyModelSpend", "DailySpend", "Difference", "FacetChange",
    "Feedback", "FileLength", "Gate", "Guest", "Image", "ImageChange", "ImageColour", "ImageLook", "ImageTag",
    "ImageText", "ImageWords", "Invite", "Job", "JobReference", "KeyHolder", "LedgerEntry", "Letter", "MonthlySpend",
    "NamedSize", "PastPrompt", "Preset", "Price", "Project", "PromptTemplate", "RateCounter", "Rating", "Reference",
    "Refusal", "Repeat", "ReportMail", "Round", "Run", "SavedSearch", "SecretKey", "Selection", "Share", "ShareItem",
    "Sheet", "SheetPart", "Statement", "StudioDraft", "Tag", "Terms", "User", "Vote", "Worker",
]  # fmt: skip
