"""Django's admin, for looking things up. Money and states change in the app only, where every change is explained."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from gallery.models import Attempt, Budget, Gate, Image, Job, Price, Project, Run, User, Worker


def _change_password(request: HttpRequest, **_: object) -> HttpResponseBase:
    return redirect("account_change_password")


# One door for everybody: at the admin's own, passwords could be tried without end.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # the one way to replace it
admin.site.password_change = _change_password  # type: ignore[assignment, method-assign]  # as above, and it leads away


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # takes a model in the stubs only, not when run
    """Rows of the books: nothing is added, changed or deleted here."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class MemberAdmin(UserAdmin):  # type: ignore[type-arg]  # takes a model in the stubs only, not when run
    list_display = ("username", "email", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    fieldsets = (*(UserAdmin.fieldsets or ()), ("Team", {"fields": ("role",)}))
    add_fieldsets = (*UserAdmin.add_fieldsets, ("Team", {"fields": ("role",)}))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # what they spent stays; lock them instead


@admin.register(Run)
class RunAdmin(LookOnly):
    list_display = ("key", "owner", "size", "quoted_micros", "created_at")
    list_select_related = ("owner",)
    exclude = ("prompt", "form")


@admin.register(Job)
class JobAdmin(LookOnly):
    list_display = ("key", "owner", "model", "state", "reason", "changed_at")
    list_filter = ("state", "model")
    list_select_related = ("owner",)
    exclude = ("prompt", "axes", "parameters", "words")  # prompts belong to their owners; axes are labelled with them


@admin.register(Attempt)
class AttemptAdmin(LookOnly):
    list_display = ("key", "job", "money", "micros", "status", "request_id", "sent_at")
    list_filter = ("money", "fetch")
    exclude = ("url", "words")  # an address that opens the picture; words that can repeat a prompt


@admin.register(Image)
class ImageAdmin(LookOnly):
    list_display = ("key", "owner", "model", "width", "height", "bytes", "created_at")
    list_select_related = ("owner",)


@admin.register(Budget, Project, Gate, Price, Worker)
class PlainAdmin(LookOnly):
    pass
