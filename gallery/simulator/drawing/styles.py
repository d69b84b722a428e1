"""What tells the models apart in a picture: how much detail, how strong the colours, what light, which frame."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Style:
    """`detail` 0..3 opens layers and props; factors multiply; `grain` in grey levels; `frame` a share of the side."""

    detail: int = 2
    contrast: float = 1.0
    colour: float = 1.0
    grain: int = 3
    window: float = 0.0
    vignette: float = 0.12
    bloom: float = 0.0
    frame: float = 0.0
    tint: tuple = (255, 255, 255)


STYLES = {
    "flux-2-max": Style(3, contrast=1.07, colour=1.08, grain=5, window=0.5, vignette=0.2, bloom=0.35),
    "flux-2-pro": Style(2, contrast=1.03, colour=1.03, grain=4, bloom=0.15),
    "flux-2-flex": Style(2, contrast=1.1, colour=1.18, grain=1, vignette=0.0),
    "flux-2-klein-9b": Style(1, contrast=0.95, colour=0.95, grain=1, vignette=0.0),
    "flux-2-klein-4b": Style(0, contrast=0.9, colour=0.88, grain=1, vignette=0.0),
    "flux-pro-1.1-ultra": Style(3, contrast=1.0, colour=0.72, grain=9, vignette=0.3, tint=(255, 250, 240)),
    "flux-pro-1.1": Style(2, contrast=0.97, colour=0.66, grain=8, vignette=0.24, tint=(255, 248, 236)),
    "flux-pro": Style(1, contrast=0.94, colour=0.58, grain=9, vignette=0.3, tint=(255, 244, 226)),
    "flux-dev": Style(1, contrast=0.92, colour=0.55, grain=10, vignette=0.2, tint=(238, 246, 255)),
    "flux-kontext-pro": Style(2, contrast=1.0, colour=0.92, grain=3, frame=0.045),
    "flux-kontext-max": Style(3, contrast=1.05, colour=1.02, grain=4, window=0.3, bloom=0.2, frame=0.06),
}


def style_of(model, parameters):
    """Start from the model; upsampling adds detail and light, guidance colour, few steps take detail away."""
    style = STYLES.get(model, Style())
    if parameters.get("prompt_upsampling"):
        style = replace(style, detail=min(3, style.detail + 1), window=max(style.window, 0.35))
    if "guidance" in parameters:
        strength = (float(parameters["guidance"]) - 4.5) / 5.5
        style = replace(style, colour=style.colour + 0.25 * strength, contrast=style.contrast + 0.1 * strength)
    if parameters.get("steps", 50) < 20:
        style = replace(style, detail=max(0, style.detail - 1), contrast=style.contrast * 0.95)
    return style
