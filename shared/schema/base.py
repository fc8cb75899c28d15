"""What every message between the services has in common: frozen, strict, intolerant of unknown fields."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


class Schema(BaseModel):
    """Immutable; unknown fields are refused; `true`, `"7"` and `7.0` are not integers."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)


def _plain_text(text: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise ValueError("text may not contain control characters")
    return unicodedata.normalize("NFC", text)


Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._@-]{0,63}$")]
"""An id as the student information system spells it. Ids travel in URLs, so no slashes or spaces."""

ShortText = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_plain_text)]
LongText = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_plain_text)]
