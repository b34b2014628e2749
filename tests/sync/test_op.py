"""sync/op.py against the shared cases."""

import msgspec
import pytest

from sync.op import REFUSALS, WAITING, Op
from tests.sync.vectors import Case, fault_of, parametrized


@parametrized("op")
def test_a_shared_case_holds(case: Case) -> None:
    assert not fault_of("op", case)


def test_what_waits_is_refused_for_now() -> None:
    assert set(REFUSALS) > WAITING


@pytest.mark.parametrize(
    "body",
    [
        b'[1.5,[1,0,"a"],"k","r",null,{}]',
        b'[true,[1,0,"a"],"k","r",null,{}]',
        b'["1",[1,0,"a"],"k","r",null,{}]',
        b'[1,[1,0],"k","r",null,{}]',
        b'[1,[1,0,"a"],"k","r",null,[]]',
        b'[1,[1,0,"a"],"k","r",null,{},["close"]]',
        b'[1,[1,0,"a"],"k","r",null,{},["close","open","now"]]',
        b'[1,[1,0,"a"],"k","r",null,{},null,1]',
        b'[1,[1,0,"a"],"k","r",null]',
        b"{}",
    ],
)
def test_an_op_of_another_shape_is_not_read(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Op)


def test_an_op_without_a_step_need_not_say_so() -> None:
    op = msgspec.json.decode(b'[1,[1,0,"a"],"k","r",null,{}]', type=Op)
    assert op.step is None
