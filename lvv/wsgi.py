import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lvv.settings.base")
application = get_wsgi_application()

from lvv.checks import refuse_to_serve_without_a_wall  # noqa: E402 - after Django is set up

refuse_to_serve_without_a_wall()
