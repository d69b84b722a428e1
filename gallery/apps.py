"""The one Django app of fluxweb."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class GalleryConfig(AppConfig):
    name = "gallery"

    def ready(self):
        from gallery import checks  # noqa: F401  registers the system checks
        from gallery.services import spending

        pre_migrate.connect(spending.before_migrate, sender=self)
        post_migrate.connect(spending.after_migrate, sender=self)
