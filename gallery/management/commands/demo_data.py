"""`manage.py demo_data`: a gallery full of believable pictures, for trying and for benchmarks."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.catalogue.parameters import shapes
from gallery.catalogue.text.value_lists import counted
from gallery.models import User
from gallery.services.demo_data.filling import fill_gallery
from gallery.services.demo_data.samples import Sample, store_sample
from gallery.simulator.drawing import pictures

PROMPTS = (
    "A hand-thrown stoneware vase on a plaster plinth, single olive branch, raking morning light",
    "Layered mountain ridges before sunrise, thin haze, telephoto compression",
    "Minimal perfume bottle, teal glass, hard window light, product photograph",
    "A quiet harbour at dusk, sea like glass, one lamp on the pier, color #2F4B6E water",
    "Dunes after the wind, long shadows, warm sand color #D9A066, wide and empty",
    "A pine forest in fog, first snow, muted greens, 85 mm",
    "City towers in evening light, windows glowing, seen from across the river",
    "Still life of simple forms, sphere, cone and cube, pastel palette, soft studio light",
    "Poster, large letters, one strong colour #E4572E, generous margins",
    "Portrait of a violinist as colour fields, deep blue and ochre, quiet",
)
MODELS = ("flux-2-max", "flux-2-pro", "flux-2-klein-9b", "flux-2-flex", "flux-pro-1.1")
RATIOS = ("1:1", "4:5", "3:2", "2:3", "16:9")


class Command(BaseCommand):
    help = (
        "Gives a member N finished demo images. They are marked as demo: no report or budget counts them. "
        "While it makes more than 20,000, others wait for seconds before they can write."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--images", type=int, required=True)
        parser.add_argument("--owner", default="", help="username; without it the member who came first")

    def handle(self, *, images: int, owner: str, **_: object) -> None:
        member = self._member(owner)
        samples = [self._sample(n) for n in range(min(max(images, 1), len(PROMPTS) * len(MODELS)))]
        for made in fill_gallery(member, samples, images=images):
            self.stdout.write(f"{made:,} of {images:,}")
        self.stdout.write(f"{member.username} has {counted(images, 'more image')}.")

    def _member(self, owner: str) -> User:
        found = User.objects.filter(username=owner) if owner else User.objects.order_by("id")
        if member := found.first():
            return member
        raise CommandError(
            f"Nobody is called {owner}." if owner else "Nobody has an account yet. Run `manage.py up` first."
        )

    def _sample(self, n: int) -> Sample:
        seed, model = n // len(MODELS), MODELS[n % len(MODELS)]
        prompt, ratio = PROMPTS[seed % len(PROMPTS)], RATIOS[seed % len(RATIOS)]
        width, height = shapes.pixels_for_ratio(ratio)
        width, height = width // 16 * 16, height // 16 * 16
        drawn = pictures.render(model=model, prompt=prompt, seed=seed, width=width, height=height, parameters={})
        content = pictures.encode(drawn, "jpeg")
        return store_sample(prompt, model=model, seed=seed, size=f"{width}x{height}", content=content)
