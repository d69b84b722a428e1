"""Reads words in a process of its own, with limits that it cannot lift: started by `word_reader` and by nothing else.

It knows rapidocr and of ours only `limits`, gets no secrets, and gives way to whatever else wants the processor.
"""

import json
import os
import resource
import sys
from pathlib import Path

MEMORY_BYTES = 2_500_000_000  # of address space; it took 0.9 GB of it, 0.4 GB of memory
CPU_SECONDS = 60
NICENESS = 10


def main() -> None:
    """Read a line of JSON, [(width, height)], and raw RGB pixels; write a line of JSON for each picture, its texts."""
    os.nice(NICENESS)
    sys.path.insert(0, str(Path(__file__).parents[4]))
    from gallery.services.media.processes.limits import set_limit

    set_limit(resource.RLIMIT_AS, MEMORY_BYTES)
    set_limit(resource.RLIMIT_CPU, CPU_SECONDS)
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")  # each takes memory, of which the limit knows
    import numpy
    from rapidocr import RapidOCR

    one_thread = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}
    reader = RapidOCR(params={"Global.log_level": "critical", **one_thread})
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    for width, height in json.loads(sys.stdin.buffer.readline()):
        pixels = numpy.frombuffer(sys.stdin.buffer.read(3 * width * height), numpy.uint8)
        read = reader(pixels.reshape(height, width, 3)[:, :, ::-1])  # which expects blue first
        answer.write(json.dumps(list(read.txts or ())).encode() + b"\n")
        answer.flush()


if __name__ == "__main__":
    main()
