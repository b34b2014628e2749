"""Claims last as long as they are held, however often, and are forgotten with the last."""

import pytest

from backend.adapters.claims import Claims

NAME = "ab" * 32


def test_a_name_is_barred_with_all_that_begin_with_it_until_its_last_claim_ends():
    claims = Claims()
    with claims.claim(NAME):
        with claims.claim(NAME):
            pass
        assert claims.bar(NAME, claims.begun)
        assert claims.bar(f"{NAME}.thumb", claims.begun)
        assert not claims.bar("another", claims.begun)
    assert not claims.bar(NAME, claims.begun)


def test_whoever_looked_before_a_claim_began_is_barred_whatever_the_name():
    claims = Claims()
    before = claims.begun
    assert not claims.bar("another", before)
    with claims.claim(NAME):
        pass
    assert claims.bar("another", before)
    assert not claims.bar("another", claims.begun)


def test_a_claim_ends_with_work_that_failed_and_leaves_nothing_behind():
    claims = Claims()
    with claims.claim("another"):
        with pytest.raises(ValueError, match="failed"), claims.claim(NAME):
            raise ValueError("failed")
        assert not claims.bar(NAME, claims.begun)
        assert list(claims._lasting) == ["another"]
    assert not claims._lasting
