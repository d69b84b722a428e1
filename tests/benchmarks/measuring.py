"""What every benchmark needs: medians, a table, what a process has used, and how busy the machine was meanwhile."""

import gzip
import os
import statistics
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def median_ms(act, *, times):
    """Return the median milliseconds of `act()`, after one warm-up."""
    act()
    return statistics.median(seconds_of(act) for _ in range(times)) * 1000


def seconds_of(act):
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def cpu_seconds(pid):
    """Return user and system time of a process so far, all threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mib(pid):
    """Return the most memory a process ever had (VmHWM)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def gzipped(content):
    return len(gzip.compress(content, 6))


def print_table(title, rows):
    """Print rows of (what, figure, goal), and the load: other work on the machine makes every figure worse."""
    print(f"\n{title}  (load {' '.join(f'{n:.1f}' for n in os.getloadavg())} on {os.cpu_count()} cores)")
    width = max(len(row[0]) for row in rows)
    for what, figure, goal in rows:
        print(f"  {what:{width}}  {figure:>22}  {goal}")
