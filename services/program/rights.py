"""Who may read what the program decides, and who may decide it. Nothing here speaks of single students."""

from typing import Final

WRITERS: Final = ("coordinator",)
WITNESSES: Final = ("coordinator", "counselor")
READERS: Final = ("coordinator", "counselor", "principal", "dashboard", "district_office", "auditor")
