"""Limits that a process sets to itself and cannot lift: for scripts that read what strangers made.

Imports nothing of ours: it is the first that such a script imports.
"""

import resource
import sys


def set_limit(kind: int, most: int) -> None:
    """Allow this process no more of a kind (resource.RLIMIT_...), nor more than it was allowed before."""
    if sys.platform == "darwin" and kind == resource.RLIMIT_AS:  # which macOS refuses to set
        return
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))
