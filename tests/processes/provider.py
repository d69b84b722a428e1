"""The provider in a process of its own: its till is the truth about money."""

import sys

from gallery.simulator.server import serve
from gallery.simulator.world import World

if __name__ == "__main__":
    world = World(plain_pictures=True, control=True)
    serve(int(sys.argv[1]), world, ready=lambda _: print("ready", flush=True))  # noqa: T201
