"""Addresses of the whole project: the app, sign-in, and Django's own admin."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("gallery.urls")),
    path("accounts/", include("allauth.account.urls")),  # what gallery.urls has of it, comes first
    path("admin/", admin.site.urls),
]

handler500 = "gallery.views.operations.trouble.server_error"
