"""Who uses fluxweb, and the one-time links that let them in."""

import hashlib
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils import timezone

from gallery.catalogue.text import texts


class Role(models.TextChoices):
    MEMBER = "member", "Member"
    LEAD = "lead", "Lead"
    ADMIN = "admin", "Admin"


class TeamManager(UserManager["User"]):
    def create_user(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        return super().create_user(username, email, password and texts.clean_password(password), **fields)

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        """Django's createsuperuser makes an admin of the team."""
        password = password and texts.clean_password(password)
        return super().create_superuser(username, email, password, **{"role": Role.ADMIN} | fields)


class User(AbstractUser):
    """A member of the team. `is_active` false locks the account at the next click."""

    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    # When a job of theirs was last claimed: whose turn it is among members with equally many running.
    last_turn_at = models.DateTimeField(null=True, editable=False)
    # Of guests, under all links of theirs. Here, because the bar of every page shows it and the user is read anyway.
    unseen_feedback = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[TeamManager] = TeamManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
        ]

    def set_password(self, raw_password: str | None) -> None:
        """Keep one spelling, however a keyboard composes it."""
        super().set_password(raw_password and texts.clean_password(raw_password))

    def check_password(self, raw_password: str) -> bool:
        """Return whether it is the password in any spelling, also of one that was kept as it was typed."""
        if not raw_password:
            return super().check_password(raw_password)
        return any(map(super().check_password, texts.spellings(raw_password)))

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def sees_costs(self) -> bool:
        """Whether they see what others spend."""
        return self.role in (Role.LEAD, Role.ADMIN)

    @property
    def manages_budgets(self) -> bool:
        return self.role in (Role.LEAD, Role.ADMIN)

    @property
    def manages_prices(self) -> bool:
        return self.is_admin


class InviteQuerySet(models.QuerySet["Invite"]):
    def open(self) -> Self:
        return self.filter(used_at=None, expires_at__gt=timezone.now())

    def with_token(self, token: str) -> Self:
        return self.filter(digest=digest_of(token))


class Invite(models.Model):
    """A link that makes one account, once. Only the digest of its token is kept."""

    digest = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = InviteQuerySet.as_manager()

    def __str__(self) -> str:
        return f"invite for one {self.role}"


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
