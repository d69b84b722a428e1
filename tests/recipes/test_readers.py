"""What other programs write is read; hostile text is answered quickly, whatever it is."""

import io
import json
import struct
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.recipes import infotext
from gallery.catalogue.recipes.filling import fill_fields
from gallery.catalogue.recipes.foreign_models import find_model
from gallery.catalogue.recipes.reading import KEYWORDS, read_recipe
from gallery.catalogue.recipes.recipe import TEXT_BYTES, Recipe
from gallery.services.media.metadata.extraction import read_texts
from tests.recipes import files

FORGE = (
    'a cat, "quoted: 1, 2"\nin the rain\nNegative prompt: blurry,\nbad hands\n'
    "Steps: 28, Sampler: DPM++ 2M, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 42, "
    'Size: 896x1152, Model hash: abc, Model: flux1-dev-fp8, Lora hashes: "one: 12, two: 34", Version: f2.0'
)
FLUX_GRAPH = {
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["9", 0], "clip": ["11", 0]}},
    "9": {"class_type": "PrimitiveStringMultiline", "inputs": {"value": "a heron at dusk"}},
    "13": {
        "class_type": "SamplerCustomAdvanced",
        "inputs": {"noise": ["25", 0], "guider": ["22", 0], "sampler": ["16", 0], "sigmas": ["17", 0]},
    },
    "16": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
    "17": {"class_type": "BasicScheduler", "inputs": {"scheduler": "simple", "steps": 20, "model": ["12", 0]}},
    "22": {"class_type": "BasicGuider", "inputs": {"model": ["12", 0], "conditioning": ["26", 0]}},
    "25": {"class_type": "RandomNoise", "inputs": {"noise_seed": 219670278747233}},
    "26": {"class_type": "FluxGuidance", "inputs": {"guidance": 3.5, "conditioning": ["6", 0]}},
    "27": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 1024, "height": 768, "batch_size": 1}},
    "12": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux1-dev.safetensors"}},
}
PLAIN_GRAPH = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 5, "steps": 20, "cfg": 8.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1,
            "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sdxl.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 768, "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a glass bottle", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "watermark", "clip": ["4", 1]}},
}  # fmt: skip
DRAWN_GRAPH = {
    "nodes": [
        {"id": 3, "type": "KSampler", "widgets_values": [5, "fixed", 20, 8.0, "euler", "normal", 1],
         "inputs": [{"name": "positive", "link": 4}, {"name": "negative", "link": 6}]},
        {"id": 5, "type": "EmptyLatentImage", "widgets_values": [512, 768, 1]},
        {"id": 6, "type": "CLIPTextEncode", "widgets_values": ["a glass bottle"], "inputs": []},
        {"id": 7, "type": "CLIPTextEncode", "widgets_values": ["watermark"]},
    ],
    "links": [[4, 6, 0, 3, 1, "CONDITIONING"], [6, 7, 0, 3, 2, "CONDITIONING"]],
}  # fmt: skip
INVOKE = {
    "positive_prompt": "a fox", "negative_prompt": "dogs", "seed": 9, "width": 1024, "height": 1024, "steps": 30,
    "guidance": 4, "cfg_scale": 1, "scheduler": "euler", "model": {"name": "FLUX Dev", "base": "flux"},
    "app_version": "5.6", "loras": [{"a": 1}],
}  # fmt: skip
SWARM = {"sui_image_params": {
    "prompt": "a kite", "negativeprompt": "", "model": "Flux/flux1-dev", "seed": 11, "steps": 20, "cfgscale": 1.0,
    "fluxguidancescale": 3.5, "aspectratio": "1:1", "width": 1024, "height": 1024, "swarm_version": "0.9.5",
}}  # fmt: skip
FOOOCUS = {
    "prompt": "a boat", "negative_prompt": "", "base_model": "juggernaut.safetensors", "resolution": "(896, 1152)",
    "seed": "12", "steps": 30, "guidance_scale": 4.0, "sampler": "dpmpp_2m", "metadata_scheme": "fooocus",
}  # fmt: skip
NOVEL = {"prompt": "1girl", "steps": 28, "height": 1216, "width": 832, "scale": 5, "uc": "lowres", "seed": 13,
         "sampler": "k_euler"}  # fmt: skip

# (texts, program, prompt, negative, model, seed, size, steps, guidance)
READ = {
    "forge": ({"parameters": FORGE}, "AUTOMATIC1111 or Forge", 'a cat, "quoted: 1, 2"\nin the rain',
              "blurry,\nbad hands", "flux1-dev-fp8", 42, (896, 1152), 28, 3.5),
    "a comment": ({"usercomment": FORGE}, "AUTOMATIC1111 or Forge", 'a cat, "quoted: 1, 2"\nin the rain',
                  "blurry,\nbad hands", "flux1-dev-fp8", 42, (896, 1152), 28, 3.5),
    "comfyui flux": ({"prompt": FLUX_GRAPH}, "ComfyUI", "a heron at dusk", "", "flux1-dev.safetensors",
                     219670278747233, (1024, 768), 20, 3.5),
    "comfyui": ({"prompt": PLAIN_GRAPH, "workflow": DRAWN_GRAPH}, "ComfyUI", "a glass bottle", "watermark",
                "sdxl.safetensors", 5, (512, 768), 20, 8.0),
    "comfyui drawn": ({"workflow": DRAWN_GRAPH}, "ComfyUI", "a glass bottle", "watermark", "", 5, (512, 768), 20, 8.0),
    "invoke": ({"invokeai_metadata": INVOKE}, "InvokeAI", "a fox", "dogs", "FLUX Dev", 9, (1024, 1024), 30, 4.0),
    "swarm": ({"parameters": SWARM}, "SwarmUI", "a kite", "", "Flux/flux1-dev", 11, (1024, 1024), 20, 3.5),
    "swarm in a jpeg": ({"usercomment": SWARM}, "SwarmUI", "a kite", "", "Flux/flux1-dev", 11, (1024, 1024), 20, 3.5),
    "fooocus": ({"parameters": FOOOCUS}, "Fooocus", "a boat", "", "juggernaut.safetensors", 12, (896, 1152), 30, 4.0),
    "novel": ({"comment": NOVEL}, "NovelAI", "1girl", "lowres", "", 13, (832, 1216), 28, 5.0),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_every_program_is_read(name):
    texts, *expected = READ[name]
    recipe = read_recipe({key: each if isinstance(each, str) else json.dumps(each) for key, each in texts.items()})
    found = (recipe.program, recipe.prompt, recipe.negative, recipe.model, recipe.seed, recipe.size)
    assert [*found, recipe.steps, recipe.guidance] == expected


def test_what_can_be_done_is_filled_in_and_the_rest_is_told():
    filled = fill_fields(read_recipe({"parameters": FORGE}), ticked=["flux-2-pro"])
    assert filled.values == {
        "prompt": 'a cat, "quoted: 1, 2"\nin the rain', "prompt_lines": "", "replace": "", "model": ["flux-dev"],
        "seed": "42", "size": "896x1152",
    }  # fmt: skip
    assert filled.unused == [
        "Model “flux1-dev-fp8”: flux-dev is ticked for it.",
        "Steps 28: flux-dev takes none.",
        "Guidance 3.5: flux-dev takes none.",
        "Negative prompt “blurry, bad hands”: FLUX takes no negative prompt. Say what should be there instead.",
        "Sampler DPM++ 2M: FLUX through this provider takes none.",
    ]


def test_values_that_are_out_of_bounds_are_told_with_what_would_do():
    recipe = Recipe("x", "{a|b}", seed=2**40, size=(1000, 5000), steps=90, guidance=1.0, model="other")
    filled = fill_fields(recipe, ticked=["flux-2-flex"])
    assert filled.values["prompt"] == r"\{a|b\}"
    assert filled.values["size"] == "416x2048"
    told = " ".join(filled.unused)
    for words in ("“other”: it cannot be had here", "1099511627776 is above", "90 is above 50", "1.0 is below 1.5"):
        assert words in told
    assert "1000 × 5000: 416 × 2048 is the nearest" in told


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("flux-2-pro", "flux-2-pro"), ("FLUX.2 [pro]", "flux-2-pro"), ("flux1-dev-Q8_0.gguf", "flux-dev"),
        (r"FLUX1\flux1-dev-bnb-nf4-v2.safetensors", "flux-dev"), ("flux1-schnell", ""), ("sd_xl_base_1.0", ""),
        ("black-forest-labs/FLUX.1-dev", "flux-dev"), ("flux1-kontext-dev", "flux-kontext-pro"), ("", ""),
    ],
)  # fmt: skip
def test_files_of_weights_mean_a_model_or_none(name, model):
    assert find_model(name) == model


def test_our_words_read_as_we_wrote_them():
    written = infotext.write_infotext(files.FACTS)
    assert written.splitlines()[-1].startswith("Steps: 20, Sampler: FLUX,")
    assert infotext.write_infotext({"width": 64, "height": 64}) == ""
    assert infotext.read_infotext(infotext.write_infotext({"seed": 3, "width": 64, "height": 64})).others == ()


def png(*chunks):
    body = files.encoded("png")
    made = (struct.pack(">L", len(each)) + kind + each + bytes(4) for kind, each in chunks)
    return io.BytesIO(body[:33] + b"".join(made) + body[33:])


def with_comment(text):
    outer = struct.pack(">LHHHLLL", 8, 1, 0x8769, 4, 1, 26, 0)
    inner = struct.pack(">HHHLLL", 1, 0x9286, 7, 8 + len(text), 44, 0)
    exif = b"MM\0*" + outer + inner + b"UNICODE\0" + text
    body = b"EXIF" + struct.pack("<L", len(exif)) + exif
    webp = files.encoded("webp")[8:] + body
    return io.BytesIO(b"RIFF" + struct.pack("<L", len(webp)) + webp)


FOUR_MB = 4 * 1024 * 1024
BOMB = zlib.compress(bytes(80_000_000))
HOSTILE = {
    "one long text": lambda: png((b"tEXt", b"parameters\0" + b"a" * FOUR_MB)),
    "a bomb in zTXt": lambda: png((b"zTXt", b"parameters\0\0" + BOMB)),
    "a bomb in iTXt": lambda: png((b"iTXt", b"workflow\0\1\0\0\0" + BOMB)),
    "bombs of every name": lambda: png(*((b"zTXt", key.encode() + b"\0\0" + BOMB) for key in KEYWORDS)),
    "many chunks": lambda: png(*[(b"tEXt", b"")] * (FOUR_MB // 12)),
    "many texts": lambda: png(*[(b"tEXt", b"parameters\0" + b"x: 1, " * 10)] * (FOUR_MB // 90)),
    "a long comment": lambda: with_comment(b"\0a" * (FOUR_MB // 2)),
    "a jpeg of segments": lambda: io.BytesIO(b"\xff\xd8" + b"\xff\xe1\x00\x04ab" * (FOUR_MB // 6)),
    "a jpeg filled up": lambda: io.BytesIO(b"\xff\xd8" + b"\xff" * FOUR_MB),
    "keys without end": lambda: png((b"tEXt", b"parameters\0" + b"a" * 60_000)),
    "pairs without end": lambda: png((b"tEXt", b"parameters\0" + b'a: "\\", ' * 8_000)),
    "quotes without end": lambda: png((b"tEXt", b"parameters\0" + b'aa: "' * 13_000)),
    "deep json": lambda: png((b"tEXt", b"prompt\0{\"a\":" + b"[" * 60_000)),
    "wide graph": lambda: png((b"tEXt", b"prompt\0" + json.dumps(
        {n: {"class_type": "Latent", "inputs": {"positive": [str(n + 1), 0], "width": ["1", 0]}} for n in range(700)}
    ).encode())),
    "long digits": lambda: png((b"tEXt", b'invokeai_metadata\0{"positive_prompt": "a", "s": ' + b"9" * 60_000 + b"}")),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_four_megabytes_of_hostile_metadata_are_answered_in_a_blink(name):
    file = HOSTILE[name]()
    read_recipe({})  # what is imported late is imported
    began = time.thread_time()
    texts = read_texts(file)
    recipe = read_recipe(texts.found)
    if recipe:
        fill_fields(recipe, ticked=[])
    assert time.thread_time() - began < 0.2
    assert sum(map(len, texts.found.values())) <= TEXT_BYTES


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["1", "inputs", "class_type", "text", "positive", "seed", "model", "width", "nodes", "links"]
            )
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
WORDS = st.text(max_size=80) | JSON.map(json.dumps) | st.sampled_from([FORGE[:n] for n in range(0, len(FORGE), 7)])
KNOWN = st.sampled_from([FLUX_GRAPH, PLAIN_GRAPH, DRAWN_GRAPH, INVOKE, SWARM, FOOOCUS, NOVEL])


@given(texts=st.dictionaries(st.sampled_from(KEYWORDS), WORDS, max_size=4))
def test_nothing_that_stands_in_a_file_is_an_accident(texts):
    if recipe := read_recipe(texts):
        filled = fill_fields(recipe, ticked=["flux-2-pro"])
        "".join([*filled.unused, str(filled.values)]).encode()


@given(found=KNOWN, keyword=st.sampled_from(KEYWORDS), data=st.data())
def test_what_programs_write_with_a_value_of_another_kind_is_no_accident(found, keyword, data):
    text = json.dumps(found)
    at = data.draw(st.integers(0, len(text)))
    broken = [text[:at], text[:at] + data.draw(JSON.map(json.dumps)) + text[at:]]
    spoilt = json.dumps(found | {data.draw(st.sampled_from(sorted(found))): data.draw(JSON)})
    for each in (*broken, spoilt):
        if recipe := read_recipe({keyword: each}):
            "".join(fill_fields(recipe, ticked=[]).unused).encode()
