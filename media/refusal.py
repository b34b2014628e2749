"""Why a picture is not taken: one closed list, returned as a value and never raised."""

from typing import Final, Literal, get_args

Refusal = Literal[
    "too_large",  # more bytes than BYTES_MAX
    "hash_mismatch",  # not the bytes the phone named: send them again
    "not_an_image",  # no JPEG, PNG or WebP, or one no decoder accepts
    "truncated",  # begins as an image and stops before its end
    "too_many_pixels",  # the header promises more than PIXELS_MAX
    "over_budget",  # decoding took more memory or time than one picture may, or ended its process
    "busy",  # too much is waiting already: try again later, nothing is wrong with it
]

REFUSALS: Final[frozenset[str]] = frozenset(get_args(Refusal))
