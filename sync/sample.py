"""Which of the records that pass by themselves are looked at all the same: one in ten, always the same ones.

The record's id decides, by FNV-1a of 32 bits: no clock and no chance, so that anybody can say afterwards
whether a record was to be looked at. The rule in words: docs/approvals.md.
Source: Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm" (IETF draft), section 2.
Twin: pwa/src/sync/sample.ts. Shared cases: tests/vectors/sample.json.
"""

from typing import Final

BASIS: Final = 0x811C9DC5  # FNV-1a's offset basis of 32 bits
PRIME: Final = 0x01000193  # and its prime
MASK: Final = 0xFFFFFFFF
ONE_IN: Final = 10  # a secretary has about 60 such records a day, and time for 6 (domain section 5)


def sampled(record: str) -> bool:
    """Tell whether a record is one of those looked at."""
    number = BASIS
    for byte in record.encode():
        number = (number ^ byte) * PRIME & MASK
    # The upper half: the last bytes of an id, which count up, reach the lower bits hardly mixed.
    return (number >> 16) % ONE_IN == 0
