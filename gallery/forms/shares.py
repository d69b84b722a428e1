"""The rules of a link as its owner chooses them; what guests send."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from gallery.catalogue.text import texts
from gallery.forms.fields import LinesField, NameField, refuse_broken_text
from gallery.models import Feedback, Guest, Share, User
from gallery.models.keys import random_key
from gallery.models.ratings import MOST_STARS
from gallery.models.shares import Kind
from gallery.services.shares import contents, shares

MOST_DAYS = 3650
LINK, MEMBERS = "link", "members"
AUDIENCES = [
    (LINK, "Whoever has the link, without an account"),
    (MEMBERS, "Only the members named here, signed in"),
]
SNAPSHOT, LIVE = "", "on"
FOLLOWS = [
    (SNAPSHOT, "These pictures, whatever comes later"),
    (LIVE, "Live: it follows its source, so new pictures appear by themselves"),
]
SWITCHES = {
    "show_prompt": "Prompt", "show_seed": "Seed", "show_model": "Model", "show_cost": "Cost",
    "show_inputs": "Inputs",
}  # fmt: skip
FILTER = ("model", "project", "picked")  # of a gallery
WORDS = {"title", "label", "note", "sharer"}
HOW_SENT = ("nonce", "password", "drop_password", "csrfmiddlewaretoken")  # not what a link is, but how it was sent


class ShareForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's takes no argument when it runs
    """A new link or a changed one. What is shared is decided before: `form.instance` says it."""

    audience = forms.ChoiceField(label="Who sees it", choices=AUDIENCES, widget=forms.RadioSelect, initial=LINK)
    members = forms.ModelMultipleChoiceField(
        User.objects.none(), required=False, label="Members", widget=forms.CheckboxSelectMultiple,
        help_text="They find it under “Shared with me”, need no password, and may go on from a recipe that is shown.",
    )  # fmt: skip
    until = forms.DateField(
        required=False, label="Last day", widget=forms.DateInput(attrs={"type": "date", "class": "input"})
    )
    never = forms.BooleanField(required=False, label="Never ends: whoever has the link sees it until you revoke it")
    password = forms.CharField(
        required=False, strip=False, min_length=shares.LEAST_PASSWORD, max_length=200, label="Password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), validators=[refuse_broken_text],
    )  # fmt: skip
    drop_password = forms.BooleanField(required=False, label="Take the password away")
    live = forms.TypedChoiceField(
        required=False, label="What it shows", choices=FOLLOWS, coerce=bool, widget=forms.RadioSelect,
        empty_value=False,  # type: ignore[arg-type]  # the stubs know only texts
    )  # fmt: skip
    nonce = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput, initial=random_key)
    model = forms.ChoiceField(required=False, label="Only of this model")
    project = forms.ChoiceField(required=False, label="Only of this project")
    picked = forms.ChoiceField(required=False, label="Only what I picked", choices=[("", "all"), ("picked", "picked")])

    class Meta:
        model = Share
        fields = ("title", "note", "sharer", "label", "members", "download", *SWITCHES, "answers_open", "live")
        labels = {
            "note": "Note (optional)", "sharer": "Your name, as guests see it", "label": "Label (optional)",
            "answers_open": "Guests may answer: mark favourites, give stars, comment", **SWITCHES,
        }  # fmt: skip
        help_texts = {
            "sharer": "Leave it empty to share without a name.",
            "label": "For your own list, such as “client A”. Guests never see it.",
        }
        field_classes = {"title": NameField, "sharer": NameField, "label": NameField, "note": LinesField}
        widgets = {
            "title": forms.TextInput, "note": forms.Textarea(attrs={"rows": 3}), "download": forms.RadioSelect,
        }  # fmt: skip

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance.pk is None
        members = cast("forms.ModelMultipleChoiceField[User]", self.fields["members"])
        members.queryset = User.objects.filter(is_active=True).exclude(pk=owner.pk).order_by("username")
        for name in WORDS:
            self.fields[name].validators.append(refuse_broken_text)
        self._keep_what_fits(owner)
        self._fill()

    def _keep_what_fits(self, owner: User) -> None:
        """Fields that make no sense for this link are not there."""
        if not self.is_new or self.instance.kind == Kind.IMAGES:
            del self.fields["live"]
        if self.is_new and self.instance.kind == Kind.GALLERY:
            cast("forms.ChoiceField", self.fields["model"]).choices = [
                ("", "all"),
                *((name, name) for name in contents.models_of(owner)),
            ]
            cast("forms.ChoiceField", self.fields["project"]).choices = [
                ("", "all"),
                *((name, name) for name in contents.projects_of(owner)),
            ]
        else:
            for name in FILTER:
                del self.fields[name]
        if self.is_new or not self.instance.password:
            del self.fields["drop_password"]
        if not self.is_new:
            del self.fields["nonce"]
        if not cast("Any", self.fields["members"]).queryset.exists():
            del self.fields["members"], self.fields["audience"]

    def _fill(self) -> None:
        share = self.instance
        self.initial["live"] = LIVE if share.live else SNAPSHOT
        self.initial.setdefault("until", share.last_day or shares.default_end_day())
        self.initial.setdefault("never", not self.is_new and share.expires_at is None)
        self.initial.setdefault("audience", LINK if share.public else MEMBERS)
        secret = "Empty: no password." if not share.password else "There is one. Leave this empty to keep it."
        self.fields["password"].help_text = f"At least {shares.LEAST_PASSWORD} characters. {secret}"

    def clean_password(self) -> str:
        """What is kept is one spelling of it: as long as that has to be long enough."""
        typed: str = self.cleaned_data["password"]
        if typed and (len(texts.clean_password(typed)) < shares.LEAST_PASSWORD or not texts.clean_name(typed)):
            raise ValidationError(f"Use at least {shares.LEAST_PASSWORD} characters that can be seen.")
        return typed

    def clean(self) -> dict[str, Any]:
        fields = super().clean()
        assert fields is not None
        if "until" in fields and not fields.get("never"):
            self._judge_last_day(fields["until"])
        if fields.get("audience") == MEMBERS and not fields.get("members"):
            self.add_error("members", "Name the members who may see it.")
        return fields

    def _judge_last_day(self, until: date | None) -> None:
        today = timezone.localdate()
        if not until:
            self.add_error("until", "Choose the last day, or that it never ends.")
        elif until < today:
            self.add_error("until", "That day is over. Choose today or a later one.")
        elif until > today + timedelta(days=MOST_DAYS):
            self.add_error("until", "At most ten years, or choose that it never ends.")

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        if "audience" in self.cleaned_data:  # not asked where there is nobody to name: then it stays as it was
            self.instance.public = self.cleaned_data["audience"] == LINK
        self.instance.expires_at = self._end()
        if "model" in self.fields:
            search = {name: found for name in ("query", "without") if (found := self.instance.filter.get(name))}
            self.instance.filter = search | {name: self.cleaned_data.get(name, "") for name in FILTER}

    def _end(self) -> datetime | None:
        """The moment after the last day; None is never."""
        until = self.cleaned_data.get("until")
        if self.cleaned_data.get("never") or not until:
            return None
        return timezone.make_aware(datetime.combine(until + timedelta(days=1), time.min))

    def new_password(self) -> str | None:
        """None leaves what there is, an empty one takes it away."""
        if self.cleaned_data.get("drop_password"):
            return ""
        return self.cleaned_data["password"] or None

    def press(self) -> str:
        """Digest what was sent: the same with the same nonce is the same press."""
        sent = sorted((name, values) for name, values in cast("QueryDict", self.data).lists() if name not in HOW_SENT)
        return hashlib.sha256(json.dumps(sent).encode()).hexdigest()

    def chosen_members(self) -> Iterable[User]:
        members: Iterable[User] = self.cleaned_data.get("members", ())
        return members

    def switches(self) -> list[forms.BoundField]:
        return [self[name] for name in SWITCHES]


class PasswordForm(forms.Form):
    """What opens a link. It is never sent back."""

    password = forms.CharField(
        strip=False, max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "off", "autofocus": True})
    )


class FeedbackForm(forms.Form):
    """What a guest says about one picture; who, when nobody has said so yet."""

    nonce = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput, initial=random_key)
    name = NameField(max_length=60, label="Your name", validators=[refuse_broken_text])
    favourite = forms.BooleanField(required=False, label="A favourite")
    stars = forms.TypedChoiceField(
        required=False, coerce=int, label="Stars",
        empty_value=0,  # type: ignore[arg-type]  # the stubs know only texts
        choices=[(n, str(n) if n else "none") for n in range(MOST_STARS + 1)], widget=forms.RadioSelect,
    )  # fmt: skip
    comment = LinesField(
        required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}), validators=[refuse_broken_text]
    )

    def __init__(self, *args: Any, guest: Guest | None = None, feedback: Feedback | None = None, **kwargs: Any) -> None:
        said = feedback and {"favourite": feedback.favourite, "stars": feedback.stars, "comment": feedback.comment}
        super().__init__(*args, initial=said or {"stars": 0}, **kwargs)  # type: ignore[misc]  # never among args
        if guest is not None:
            del self.fields["name"], self.fields["nonce"]

    def said(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("favourite", "stars", "comment")}
