"""The web application. Whoever serves it has called `coign.web.running.start` in this process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coign.web.settings")

application = get_wsgi_application()
