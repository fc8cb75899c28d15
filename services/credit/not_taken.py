"""What becomes of a day whose roll nobody took, in the reports of each jurisdiction (GEN-6). Pure."""

from collections.abc import Mapping

LEFT_OUT = "left out and counted"
COUNTED_ABSENT = "counted as absent, and shown"

NOT_TAKEN: Mapping[str, str] = {
    "texas": LEFT_OUT,
    "new_york": LEFT_OUT,
    "new_york, chronic absence report (NY-12)": COUNTED_ABSENT,
    "illinois": LEFT_OUT,
    "california": LEFT_OUT,
    "national": LEFT_OUT,
}
"""Left out of present and absent alike; every answer has its number beside them. Shown by /v1/status."""
