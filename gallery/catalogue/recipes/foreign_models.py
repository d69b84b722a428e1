"""Which of our models another program means: it names files of weights, and often how small they were made."""

import re

from ..models import model_names

_FOLDERS = re.compile(r".*[/\\]", re.DOTALL)
_SUFFIX = re.compile(r"\.(?:safetensors|sft|gguf|ckpt|pt|bin)$", re.IGNORECASE)
# How the weights were made smaller or shared out says nothing about which they are.
_MADE_SMALLER = re.compile(
    r"[-_. ]*\b(?:fp?(?:8|16|32)|bf16|e4m3fn|e5m2|scaled|nf4|bnb|int8|q[2-8](?:[-_. ][k01sml])*|unet|turbo|v2)\b",
    re.IGNORECASE,
)
_LONGEST = 120
# The files that are published, by their names in words; what can be had through the provider is the same or its kin.
PUBLISHED = {
    "flux1 dev": "flux-dev",
    "flux 1 dev": "flux-dev",
    "flux1 kontext dev": "flux-kontext-pro",
    "flux 1 kontext dev": "flux-kontext-pro",
    "flux1 dev kontext": "flux-kontext-pro",
    "flux2 dev": "flux-2-pro",
    "flux 2 dev": "flux-2-pro",
}


def find_model(name: str) -> str:
    """Return the id of our model that a name means, nothing if it means none for sure."""
    bare = _SUFFIX.sub("", _FOLDERS.sub("", name[:_LONGEST].strip()))
    plain = " ".join(re.split(r"[-_.\s]+", _MADE_SMALLER.sub("", bare.replace("_", "-")).casefold())).strip()
    return model_names.find(bare) or PUBLISHED.get(plain, "")
