"""ComfyUI writes the graph that made a picture: the sampler is looked for, and from it what it was given.

Both forms are read: `prompt`, as it was run, and `workflow`, as it was drawn. Each node is followed once.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from .recipe import Recipe, number_of, read_json, size_of, text_of, whole_of

PROGRAM = "ComfyUI"
Nodes = dict[str, dict[str, Any]]

# What stands in a drawn node without names, in its order.
WIDGETS = {
    "CLIPTextEncode": ("text",),
    "CLIPTextEncodeFlux": ("clip_l", "t5xxl", "guidance"),
    "KSampler": ("seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": ("", "noise_seed", "", "steps", "cfg", "sampler_name", "scheduler"),
    "RandomNoise": ("noise_seed",),
    "FluxGuidance": ("guidance",),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "KSamplerSelect": ("sampler_name",),
    "EmptyLatentImage": ("width", "height"),
    "EmptySD3LatentImage": ("width", "height"),
    "EmptyFlux2LatentImage": ("width", "height"),
    "UNETLoader": ("unet_name",),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "LoraLoader": ("lora_name",),
    "LoraLoaderModelOnly": ("lora_name",),
    "PrimitiveString": ("value",),
    "PrimitiveStringMultiline": ("value",),
}
TEXTS = ("text", "t5xxl", "clip_l", "prompt", "string", "value")
MODELS = ("unet_name", "ckpt_name", "model_name")
SEEDS = ("noise_seed", "seed")
OTHERS = {"sampler_name": "Sampler", "scheduler": "Scheduler", "lora_name": "LoRA", "denoise": "Denoise"}


def read_graph(prompt: str | None, workflow: str | None) -> Recipe | None:
    """Return the recipe that a graph tells, None if there is no prompt in it."""
    nodes = _nodes(read_json(prompt)) or _drawn_nodes(read_json(workflow))
    words = _words(nodes, "positive", "conditioning", "guider")
    if not words:
        return None
    cfg = number_of(_value(nodes, ("cfg",)))
    guidance = number_of(_value(nodes, ("guidance",)))
    return Recipe(
        PROGRAM,
        prompt=words,
        negative=_words(nodes, "negative"),
        model=text_of(_value(nodes, MODELS)),
        seed=whole_of(_value(nodes, SEEDS)),
        size=next(_sizes(nodes), None),
        steps=whole_of(_value(nodes, ("steps",))),
        guidance=cfg if guidance is None else guidance,
        others=tuple((label, text) for name, label in OTHERS.items() if (text := text_of(_value(nodes, (name,))))),
    )


def _nodes(found: Mapping[str, object]) -> Nodes:
    """Return the nodes of a graph as it was run, by their names."""
    return {
        name: {"type": text_of(node.get("class_type")), "inputs": inputs}
        for name, node in found.items()
        if isinstance(node, dict) and isinstance(inputs := node.get("inputs"), dict)
    }


def _drawn_nodes(found: Mapping[str, object]) -> Nodes:
    """Return the nodes of a graph as it was drawn, with names for what stands in them."""
    drawn, links = found.get("nodes"), found.get("links")
    if not isinstance(drawn, list):
        return {}
    sources = {
        str(link[0]): [str(link[1]), link[2]]
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, list) and len(link) >= 3
    }
    return {
        str(node.get("id")): {"type": (kind := text_of(node.get("type"))), "inputs": _drawn_inputs(node, kind, sources)}
        for node in drawn
        if isinstance(node, dict)
    }


def _drawn_inputs(node: Mapping[str, Any], kind: str, sources: Mapping[str, list[Any]]) -> dict[str, Any]:
    widgets = node.get("widgets_values")
    names = WIDGETS.get(kind, ())
    inputs = dict(zip(names, widgets, strict=False)) if isinstance(widgets, list) else {}
    linked = node.get("inputs")
    for each in linked if isinstance(linked, list) else []:
        if isinstance(each, dict) and (source := sources.get(str(each.get("link")))):
            inputs[text_of(each.get("name"))] = source
    return inputs


def _words(nodes: Nodes, *ways: str) -> str:
    """Return the words that lead into a sampler by one of these ways; without a sampler, the longest there are."""
    starts = [node["inputs"][way] for node in nodes.values() for way in ways if _is_link(node["inputs"].get(way))]
    found = _follow(nodes, starts[::-1])
    if found or "positive" not in ways:
        return found
    told = [text_of(node["inputs"].get("text")) for node in nodes.values() if node["type"].startswith("CLIPText")]
    return max(told, key=len, default="").strip()


def _follow(nodes: Nodes, waiting: list[object]) -> str:
    """Return the first words that these links lead to, however far away; the last of them is followed first."""
    seen: set[str] = set()
    while waiting:
        name = _target(waiting.pop())
        if name in seen or name not in nodes:
            continue
        seen.add(name)
        inputs = nodes[name]["inputs"]
        if text := next((text_of(inputs[key]).strip() for key in TEXTS if isinstance(inputs.get(key), str)), ""):
            return text
        ways = [*(key for key in inputs if key not in TEXTS), *reversed(TEXTS)]  # the last is followed first
        waiting += [inputs[key] for key in ways if key not in ("clip", "negative") and _is_link(inputs.get(key))]
    return ""


def _is_link(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str | int)


def _target(link: Any) -> str:
    return text_of(link[0])


def _value(nodes: Nodes, names: tuple[str, ...]) -> object:
    """Return the first value of one of these names; one that is linked is looked for where the link leads."""
    for node in nodes.values():
        for name in names:
            value = _input(nodes, node, name)
            if value is not None and not isinstance(value, list | dict):
                return value
    return None


def _input(nodes: Nodes, node: Mapping[str, Any], name: str) -> object:
    value = node["inputs"].get(name)
    return _linked_value(nodes, value, (name,)) if _is_link(value) else value


def _linked_value(nodes: Nodes, link: object, names: tuple[str, ...]) -> object:
    inputs = nodes.get(_target(link), {"inputs": {}})["inputs"]
    return next((inputs[name] for name in (*names, "value", "int", "float", "string") if name in inputs), None)


def _sizes(nodes: Nodes) -> Iterator[tuple[int, int]]:
    for node in nodes.values():
        if "Latent" in node["type"]:
            sides = (_input(nodes, node, name) for name in ("width", "height"))
            if size := size_of(*sides):
                yield size
