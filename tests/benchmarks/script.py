"""What a user would write instead of fluxweb: threads and requests, pictures into a folder. Nothing else is kept."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

local = threading.local()


def make_one(api_url, seed, folder):
    if not hasattr(local, "session"):
        local.session = requests.Session()
    body = {"model": "flux-2-klein-4b", "prompt": "a lighthouse in fog", "seed": seed, "size": "1024x1024"}
    headers = {"Authorization": "Bearer x"}
    answer = local.session.post(f"{api_url}/images/generations", json=body, headers=headers, timeout=420)
    picture = local.session.get(answer.json()["data"][0]["url"], timeout=60)
    (folder / f"{seed}.jpeg").write_bytes(picture.content)


def main(api_url, images, concurrency, folder):
    began = time.perf_counter()
    with ThreadPoolExecutor(concurrency) as pool:
        list(pool.map(lambda seed: make_one(api_url, seed, folder), range(1, images + 1)))
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
