"""What the product tells about working with FLUX: the help page's texts and the shipped prompt templates."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """One section of the help page; `key` is its anchor."""

    key: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """One shipped prompt; `pictures` is how many reference images it needs."""

    key: str
    title: str
    prompt: str
    pictures: int = 0


ADVICE: tuple[Advice, ...] = (
    Advice(
        "prompts",
        "Writing a prompt",
        (
            "“cat” is too little. Subject, setting, light, style, mood and lens make the picture.",
            "A prompt may be as long as 32K tokens on FLUX.2. There are no negative prompts: describe what should be "
            "there instead of what should not.",
            "flux-2-max can look up live facts by itself: “score of yesterday's final, infographic style”.",
        ),
    ),
    Advice(
        "upsampling",
        "Prompt upsampling",
        (
            "Upsampling lets the model expand a short prompt and may change its intent. Try it beside the plain "
            "prompt: as an axis of two values.",
            "It is always sent on or off, because upstream it is on by default for some models. The klein models "
            "ignore it, so they do not offer it.",
        ),
    ),
    Advice(
        "colours",
        "Exact colours",
        (
            "Name a colour as “color #C4622D” and tie it to an object: “a wall in color #C4622D”. A colour that "
            "belongs to nothing may end up anywhere.",
        ),
    ),
    Advice(
        "json",
        "Structured prompts",
        (
            "For art-directed scenes FLUX.2 understands JSON as the text of the prompt. Usual names: scene, subjects "
            "(description, position, action), style, color_palette, lighting, mood, background, composition, camera "
            "(angle, lens, depth_of_field). Others are allowed.",
        ),
    ),
    Advice(
        "shapes",
        "Which shape for what",
        (
            "Social post 1:1, phone wallpaper 9:16, desktop wallpaper 16:9, portrait photo 2:3, landscape photo 3:2, "
            "presentation 4:3, film poster or ultra-wide 21:9, website banner 7:3, bookmark 3:7; also 5:4, 4:5, 16:10.",
            "Width and height are multiples of 16 from 64 to 2048. 1920x1080 is refused, because 1080 is no multiple "
            "of 16: use 1920x1088.",
            "Kontext takes a ratio from 3:7 to 7:3 instead of a size. In a run that mixes families a size becomes its "
            "nearest ratio for Kontext, a ratio becomes the nearest allowed size for the others, and the cell says so.",
        ),
    ),
    Advice(
        "safety",
        "Safety levels",
        (
            "0-1: enterprise and commercial, strictest. 2-3: general creation, balanced; 2 is the default. 4-6: "
            "artistic, more lenient. 6 may be refused, because FLUX.2 is documented up to 5.",
        ),
    ),
    Advice(
        "reproducing",
        "Making a picture again",
        (
            "The same model, prompt, seed and parameters should give the same picture. A seed is always chosen and "
            "sent, because the provider's answer does not tell which one it used.",
        ),
    ),
    Advice(
        "batches",
        "Batches",
        (
            "Result addresses live ten minutes. Every picture of a batch is fetched at once, never after the whole "
            "batch, so a long run loses nothing.",
            "Draft with a klein model, keep the good prompts and seeds, then make those with a larger model.",
        ),
    ),
    Advice(
        "references",
        "Editing with references",
        (
            "Call the references “image 1”, “image 2” in the prompt, in their order. FLUX.2 takes up to eight, klein "
            "up to four. Kontext takes one: two are joined side by side into one, so speak of the left and the right "
            "image.",
            "PNG, JPEG or WebP, each at most 20 MB or 20 megapixels. Up to 2048 pixels on the long edge and 1.5 MB "
            "work best. An edit costs the same as a new picture; further references cost nothing here.",
        ),
    ),
    Advice(
        "costs",
        "Comparing costs",
        (
            "Every call has one flat price here, whatever its size. The official price of FLUX.2 counts megapixels of "
            "result and references, each picture rounded up, so the saving grows with size. It can be negative, as "
            "for flux-2-flex at one megapixel.",
            "A top-up bonus (15 % from $100) and an exchange rate, where they are set, enter the effective price.",
        ),
    ),
)

TEMPLATES: tuple[Template, ...] = (
    Template(
        "pattern-transfer",
        "Pattern transfer",
        "Take the pattern of the left image and put it on the clothes of the person in the right image, two thirds of "
        "the chest wide, centred.",
        pictures=2,
    ),
    Template(
        "style-fusion",
        "Style fusion",
        "Draw the subject of the right image in the style of the left image: its palette, light and brushwork. Keep "
        "the subject's pose and proportions.",
        pictures=2,
    ),
    Template(
        "before-after",
        "Before and after",
        "Show one picture in two halves: the left image as it is on the left as before, the same scene changed to "
        "look like the right image on the right as after. Same camera angle in both halves.",
        pictures=2,
    ),
)
