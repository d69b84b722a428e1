"""The simulator in a process of its own: plain pictures, a fixed latency or one drawn per seed."""

import hashlib
import sys

from gallery.simulator.server import serve
from gallery.simulator.world import World


def latency_of(seed, *, latency, spread):
    """Draw the latency of one job, in seconds: even within latency ± spread, the same for the same seed."""
    share = int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:4]) / 2**32
    return latency + spread * (2 * share - 1)


def main(port, latency, spread):
    def drawn(post):
        return latency_of(post.body["seed"], latency=latency, spread=spread)

    world = World(latency=drawn, plain_pictures=True, control=True, keep_references=False)
    serve(port, world, ready=lambda _: print("ready", flush=True))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
