"""The eleven FLUX models: adding one is one row here and its price rows in prices.py."""

from dataclasses import dataclass
from typing import cast

from .params import MAX_PIXELS, MEGAPIXEL, MORE, PARAMS

FLUX_2, LEGACY, KONTEXT = "FLUX.2", "Legacy", "Kontext"


class UnknownFluxModel(KeyError):
    """No model has this id."""


@dataclass(frozen=True)
class SizeCaution:
    """Sizes in pixels that are documented upstream; what lies beyond may be refused, is sent, and is warned about."""

    low: int
    high: int
    step: int
    max_pixels: int

    def covers(self, width: int, height: int) -> bool:
        """Say whether the documents promise this size in pixels."""
        sides_fit = all(self.low <= side <= self.high and side % self.step == 0 for side in (width, height))
        return sides_fit and width * height <= self.max_pixels

    @property
    def sentence(self) -> str:
        return (
            f"documented for sides of {self.low} to {self.high} in steps of {self.step}, "
            f"up to {self.max_pixels / 1_000_000:.1f} MP"
        )


@dataclass(frozen=True)
class FluxModel:
    """One row of the provider's model table.

    `takes` names the API fields beyond prompt, seed, safety_tolerance, output_format and the shape, which `shape_by`
    names ("size" or "aspect_ratio"). `max_pixels` refuses (for Kontext, which chooses its pixels itself, it is what to
    expect, about), `ratio_pixels` is what a ratio should become, about, `caution` only warns. `speed` is the
    provider's wording, `typical_seconds` our estimate from it. `references` is the largest number of input images,
    `max_total_megapixels` their limit together with the output.
    """

    id: str
    family: str
    best_at: str
    advice: str
    speed: str
    typical_seconds: float
    shape_by: str = "size"
    takes: frozenset[str] = frozenset({"prompt_upsampling"})
    max_pixels: int = MAX_PIXELS
    ratio_pixels: int = MEGAPIXEL
    caution: SizeCaution | None = None
    references: int = 0
    max_total_megapixels: int | None = None
    max_concurrency: int | None = None
    grounding: bool = False
    default_steps: int | None = None
    default_guidance: float | None = None


# Upstream says 256-1440 in steps of 32, the provider says up to 1.6 MP, and no source settles which of them refuses.
# A refusal is free, so the request is sent. 1.6 MP is read the stricter way, as 1,600,000 pixels.
_CAUTION_PRO = SizeCaution(low=256, high=1440, step=32, max_pixels=1_600_000)
_CAUTION_DEV = SizeCaution(low=256, high=1440, step=32, max_pixels=MEGAPIXEL)

FLUX_MODELS: tuple[FluxModel, ...] = (
    FluxModel(
        id="flux-2-max",
        family=FLUX_2,
        best_at="Flagship, live grounding",
        advice="The flagship. The only model that looks up live facts by itself: “score of yesterday's final, "
        "infographic style”.",
        speed="< 15 s",
        typical_seconds=12.0,
        references=8,
        grounding=True,
    ),
    FluxModel(
        id="flux-2-pro",
        family=FLUX_2,
        best_at="Production, best value",
        advice="Production at scale and the best value. Up to eight references, at most 9 megapixels of references and "
        "result together.",
        speed="< 10 s",
        typical_seconds=8.0,
        references=8,
        max_total_megapixels=9,
    ),
    FluxModel(
        id="flux-2-flex",
        family=FLUX_2,
        best_at="Typography; steps and guidance",
        advice="Best for typography. The only model with steps and guidance; slower than the others, and here slightly "
        "dearer than the official price.",
        speed="slower",
        typical_seconds=18.0,
        takes=frozenset({"prompt_upsampling", "steps", "guidance"}),
        references=8,
        default_steps=cast("int", PARAMS["steps"].default),
        default_guidance=cast("float", PARAMS["guidance"].default),
    ),
    # Klein silently ignores prompt_upsampling, so it is not offered: a switch that does nothing misleads.
    FluxModel(
        id="flux-2-klein-9b",
        family=FLUX_2,
        best_at="Balanced drafts",
        advice="Balanced quality in under a second: drafts, and finding a good prompt or seed cheaply.",
        speed="sub-second",
        typical_seconds=0.9,
        takes=frozenset(),
        references=4,
    ),
    FluxModel(
        id="flux-2-klein-4b",
        family=FLUX_2,
        best_at="Fastest drafts",
        advice="The fastest model: many drafts in little time.",
        speed="sub-second, fastest",
        typical_seconds=0.6,
        takes=frozenset(),
        references=4,
    ),
    FluxModel(
        id="flux-pro-1.1-ultra",
        family=LEGACY,
        best_at="Legacy, up to 4 MP",
        advice="Legacy model for large pictures up to 4 megapixels: a ratio becomes the largest size of its shape with "
        "sides of at most 2048. BFL's own interface takes a ratio here, so the result may differ a little from it.",
        speed="~10 s",
        typical_seconds=10.0,
        ratio_pixels=MAX_PIXELS,  # sold as 4 MP, at one flat price: less would be given away
    ),
    FluxModel(
        id="flux-pro-1.1",
        family=LEGACY,
        best_at="Legacy, up to 1.6 MP",
        advice="Legacy model up to 1.6 megapixels. Sides beyond 256 to 1440 in steps of 32 may be refused, which costs "
        "nothing.",
        speed="~5 s",
        typical_seconds=5.0,
        caution=_CAUTION_PRO,
    ),
    FluxModel(
        id="flux-pro",
        family=LEGACY,
        best_at="First generation",
        advice="The first generation, up to 1.6 megapixels. It may be gone upstream: a refusal costs nothing.",
        speed="~6 s",
        typical_seconds=6.0,
        caution=_CAUTION_PRO,
    ),
    FluxModel(
        id="flux-dev",
        family=LEGACY,
        best_at="Development and tests",
        advice="For development and tests, at about one megapixel.",
        speed="~5 s",
        typical_seconds=5.0,
        caution=_CAUTION_DEV,
    ),
    # The provider states no speed for Kontext; eight seconds is our first estimate.
    FluxModel(
        id="flux-kontext-pro",
        family=KONTEXT,
        best_at="Daily design and batches",
        advice="Daily design, batches, prototypes and cost-sensitive work. Takes a ratio instead of a size, makes "
        "about one megapixel, and edits one reference.",
        speed="not stated",
        typical_seconds=8.0,
        shape_by="aspect_ratio",
        max_pixels=MEGAPIXEL,
        references=1,
    ),
    FluxModel(
        id="flux-kontext-max",
        family=KONTEXT,
        best_at="Professional, commercial, print",
        advice="Professional and commercial work and print. Takes a ratio instead of a size, makes about one "
        "megapixel, and edits one reference. At most six run at the same time.",
        speed="not stated",
        typical_seconds=8.0,
        shape_by="aspect_ratio",
        max_pixels=MEGAPIXEL,
        references=1,
        max_concurrency=6,
    ),
)

TAKEN_BY_SOME = tuple(name for name in MORE if any(name in model.takes for model in FLUX_MODELS))  # the rest by all

_BY_ID = {flux_model.id: flux_model for flux_model in FLUX_MODELS}


def get(model_id: object) -> FluxModel:
    """Find a model by its id, or raise UnknownFluxModel."""
    if not isinstance(model_id, str) or model_id not in _BY_ID:
        raise UnknownFluxModel(model_id)
    return _BY_ID[model_id]


def ids() -> tuple[str, ...]:
    """List every model id in the order of the table."""
    return tuple(_BY_ID)
