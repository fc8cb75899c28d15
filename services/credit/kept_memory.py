"""Freed memory stays with the process, where its C library can be told so.

A build makes and drops arrays of a megabyte; glibc gives each back to the system, and the next build pays for the
pages again: a third of its time. Elsewhere nothing is done.
"""

import ctypes
from functools import cache

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""As in glibc's malloc.h."""
KEPT = 32 << 20
"""Bytes at the top of a heap that are not given back, and the size from which an allocation is the system's own."""


@cache
def keep_freed_memory() -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(MMAP_THRESHOLD, KEPT)
        mallopt(TRIM_THRESHOLD, KEPT)
