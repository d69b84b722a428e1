"""How long a sheet takes and how much memory its worker needs: a real worker process, a run that is all there.

python -m tests.benchmarks.sheets [--images 400]
"""

import argparse
import time

from tests.benchmarks import measuring, stand


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=400)
    asked = parser.parse_args()
    port = stand.free_port()
    with stand.scratch(**stand.paid_environment(port, 8)) as folder, stand.provider(port, latency=0):
        owner = stand.make_owner()
        with stand.worker(folder) as worker:
            run = _made(owner, asked.images)
        with stand.worker(folder) as worker:  # a fresh one: only what sheets take counts
            rows = [("memory of an idle worker, MiB", f"{measuring.peak_mib(worker.pid):.0f}", "")]
            for edge, image_format in ((256, "jpeg"), (512, "jpeg"), (512, "png")):
                rows.append(_drawn(run, edge, image_format))
            rows.append(("most memory of the worker, MiB", f"{measuring.peak_mib(worker.pid):.0f}", "<= 200"))
    measuring.print_table(f"Sheets of {asked.images} pictures of 1024 x 1024", rows)


def _made(owner, images):
    from gallery import tasks
    from gallery.models import Image
    from tests.factories import make_run

    run = make_run(owner, models=["flux-2-klein-4b", "flux-2-klein-9b"], seed=f"1..{images // 2}", size="1024x1024")
    tasks.wake_workers(run.size)
    missing = Image.objects.filter(thumbnail="")
    stand.wait_until(lambda: Image.objects.count() == run.size and not missing.exists(), seconds=600, every=0.5)
    return run


def _drawn(run, edge, image_format):
    from gallery import tasks
    from gallery.models import Sheet
    from gallery.services.contact_sheets import sheets

    began = time.perf_counter()
    sheet = sheets.request_sheet(run, edge=edge, image_format=image_format)
    tasks.wake_sheet_renderer()
    stand.wait_until(lambda: not Sheet.objects.unfinished().exists(), seconds=600, every=0.1)
    took = time.perf_counter() - began
    megabytes = sum(part.bytes for part in sheet.parts.all()) / 1e6
    return (f"{edge} px, {image_format}: {sheet.size} parts, {megabytes:.1f} MB, s", f"{took:.1f}", "")


if __name__ == "__main__":
    main()
