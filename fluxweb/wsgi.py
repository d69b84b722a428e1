"""The WSGI application that fluxweb.server serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fluxweb.settings")
application = get_wsgi_application()
