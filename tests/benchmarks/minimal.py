"""What fluxweb's gallery page is held against: a plain signed-in Django view with 60 similar cards."""

from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from gallery.models import Image

CARDS = """<!DOCTYPE html><html lang="en"><head><title>Gallery</title></head><body>
<p>{{ user.username }}</p><main>{% for image in images %}
<article class="card"><a href="{% url 'image' image.key %}"><img src="{% url 'image-thumbnail' image.key %}"
 width="{{ image.width }}" height="{{ image.height }}" loading="lazy" alt="{{ image.job.prompt|truncatechars:80 }}"></a>
<p>{{ image.job.prompt|truncatechars:80 }}</p><p>{{ image.model }}, seed {{ image.seed }}</p>
<p>{{ image.width }} × {{ image.height }}, {{ image.bytes|filesizeformat }}, {{ image.created_at|date:"j M H:i" }}</p>
</article>{% endfor %}</main></body></html>"""


def minimal(request):
    images = list(Image.objects.filter(owner=request.user).select_related("job").order_by("-id")[:60])
    return HttpResponse(engines["django"].from_string(CARDS).render({"images": images}, request))


urlpatterns = [path("minimal/", minimal), path("", include("fluxweb.urls"))]
