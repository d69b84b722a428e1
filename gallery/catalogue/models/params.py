"""The parameters of a generation: names, bounds, defaults and the hint beside each field."""

from dataclasses import dataclass

SIDE_STEP = 16  # pixels; width and height are multiples of it
SIDE_LOW, SIDE_HIGH = 64, 2048  # pixels
MEGAPIXEL = 1_048_576  # pixels; the unit of BFL's prices
MAX_PIXELS = SIDE_HIGH * SIDE_HIGH  # 4,194,304

# Random seeds are drawn from the signed 32-bit range. The documents give no upper bound, so a larger integer is refused
# here: the provider might fold it into this range, and the recipe would then name a seed that was not the one used.
SEED_LOW, SEED_HIGH = 0, 2_147_483_647

# The documented limit is 32K tokens, and only the provider can count those. English has four to five characters a
# token: 32,768 tokens fit into 160,000 characters, and a longer text is over the limit in any ordinary language.
PROMPT_TOKENS = 32 * 1024
PROMPT_CHARACTERS = 160_000

SAFETY_STRICTEST, SAFETY_LOOSEST = 0, 6
SAFETY_DOUBTFUL = 6  # BFL's own schema for FLUX.2 stops at 5

OUTPUT_FORMATS = ("jpeg", "png")


@dataclass(frozen=True)
class Param:
    """One field of the form.

    `kind` is text, size, ratio, integer, number, choice or boolean. `low` and `high` are inclusive: the value's
    bounds, for a text its number of characters. `group` is the part of the form: prompt, shape, seed or more.
    """

    name: str
    label: str
    kind: str
    group: str
    hint: str
    default: str | int | float | bool | None = None
    low: int | float | None = None
    high: int | float | None = None
    choices: tuple[str, ...] = ()

    @property
    def default_text(self) -> str:
        """What stands in its field before anybody types; nothing for a switch that is off."""
        return "" if self.default in (None, False) else str(self.default)


_ROWS = (
    Param(
        name="prompt",
        label="Prompt",
        kind="text",
        group="prompt",
        low=1,
        high=PROMPT_CHARACTERS,
        hint="Subject, setting, light, style, mood, lens. Plain text or structured JSON, up to 32K tokens. Colours as "
        "“color #RRGGBB” tied to an object. Say what should be there: there are no negative prompts.",
    ),
    Param(
        name="size",
        label="Size",
        kind="size",
        group="shape",
        default="1024x1024",
        hint="Width x height in pixels, like 1024x1024. Multiples of 16, 64 to 2048 each: 1920x1088, not 1920x1080.",
    ),
    Param(
        name="width",
        label="Width",
        kind="integer",
        group="shape",
        low=SIDE_LOW,
        high=SIDE_HIGH,
        hint="Pixels, a multiple of 16 from 64 to 2048.",
    ),
    Param(
        name="height",
        label="Height",
        kind="integer",
        group="shape",
        low=SIDE_LOW,
        high=SIDE_HIGH,
        hint="Pixels, a multiple of 16 from 64 to 2048. 1080 is no multiple of 16: use 1088.",
    ),
    Param(
        name="aspect_ratio",
        label="Aspect ratio",
        kind="ratio",
        group="shape",
        default="1:1",
        hint="Any ratio from 3:7 to 7:3, at about one megapixel; of flux-pro-1.1-ultra as large as its sides may be, "
        "up to four. Kontext models take a ratio; for the others it becomes the nearest size.",
    ),
    Param(
        name="seed",
        label="Seed",
        kind="integer",
        group="seed",
        low=SEED_LOW,
        high=SEED_HIGH,
        hint="The same model, prompt, seed and parameters should give the same picture. One is always sent, so that "
        "every picture can be made again.",
    ),
    Param(
        name="output_format",
        label="Format",
        kind="choice",
        group="more",
        default="jpeg",
        choices=OUTPUT_FORMATS,
        hint="JPEG is smaller, PNG is lossless.",
    ),
    Param(
        name="safety_tolerance",
        label="Safety tolerance",
        kind="integer",
        group="more",
        default=2,
        low=SAFETY_STRICTEST,
        high=SAFETY_LOOSEST,
        hint="0 is strictest. 0-1 enterprise and commercial, 2-3 general creation, 4-6 artistic. 6 may be refused: "
        "FLUX.2 is documented up to 5.",
    ),
    Param(
        name="prompt_upsampling",
        label="Prompt upsampling",
        kind="boolean",
        group="more",
        default=False,
        hint="Lets the model expand a short prompt, and may change its intent: try it beside the plain prompt.",
    ),
    Param(
        name="steps",
        label="Steps",
        kind="integer",
        group="more",
        default=50,
        low=1,
        high=50,
        hint="1 to 50. Fewer are faster, more are finer. flux-2-flex only.",
    ),
    Param(
        name="guidance",
        label="Guidance",
        kind="number",
        group="more",
        default=4.5,
        low=1.5,
        high=10,
        hint="1.5 to 10. Higher follows the prompt more closely. flux-2-flex only.",
    ),
)

PARAMS: dict[str, Param] = {row.name: row for row in _ROWS}
# Beside prompt, shape and seed: each is a field of its own that takes several values, in the order of the form.
MORE: dict[str, Param] = {row.name: row for row in _ROWS if row.group == "more"}
