"""The one Django app of fluxweb."""

from django.apps import AppConfig, apps
from django.apps.registry import Apps
from django.db.models.signals import post_migrate, pre_migrate


class GalleryConfig(AppConfig):
    name = "gallery"

    def ready(self) -> None:
        from gallery import checks  # noqa: F401  registers the system checks
        from gallery.services.db import storable
        from gallery.services.ledger import entries

        storable.watch_all_connections()
        pre_migrate.connect(entries.before_migrate, sender=self)
        post_migrate.connect(entries.after_migrate, sender=self)
        post_migrate.connect(write_first_prices, sender=self)
        post_migrate.connect(empty_search_index, sender=self)
        hear_who_comes_in()


def hear_who_comes_in() -> None:
    """Hear of everybody who signs in or chooses a password, at whatever door."""
    from allauth.account import signals as allauth
    from django.contrib.auth.signals import user_logged_in
    from django_structlog.signals import bind_extra_request_metadata

    from gallery import middleware

    for signal in (user_logged_in, allauth.password_changed, allauth.password_set, allauth.password_reset):
        signal.connect(middleware.note_who_came_in)
    bind_extra_request_metadata.connect(middleware.name_the_client)


def empty_search_index(*, apps: Apps = apps, **_: object) -> None:
    """After the tables were emptied the index of the search is empty, too."""
    from gallery.services.search import upkeep

    if "imagetext" in apps.all_models["gallery"]:  # not after migrating back to before there was a search
        upkeep.follow_emptied_tables()


def write_first_prices(*, apps: Apps = apps, **_: object) -> None:
    """After migrating, and after tests have emptied the tables: the book begins with what fluxweb came with."""
    from gallery.services.prices import price_book

    if "price" in apps.all_models["gallery"]:  # not after migrating back to before there was a book
        price_book.ensure_prices()
