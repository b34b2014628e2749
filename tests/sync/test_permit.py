"""sync/permit.py against the shared cases."""

from sync.permit import AUTHOR, ROLES
from tests.sync.vectors import Case, fault_of, parametrized


@parametrized("permit")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("permit", case)


def test_the_author_is_a_role_a_page_may_name() -> None:
    assert AUTHOR in ROLES
