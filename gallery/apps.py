"""The one Django app of fluxweb."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    name = "gallery"

    def ready(self):
        from gallery import checks  # noqa: F401  registers the system checks
