"""A swap that was decided is finished, one that was not has changed nothing."""

import contextlib
from pathlib import Path

import pytest

from backend.adapters.opening import FILE
from backend.manifest import DATABASE
from backend.swap import FRESH, READY, REPLACED, finish, fresh_in, swap
from tests.backend.test_backup import Failing

OLD = ("qianshao.db", "qianshao.db-wal", "photos/ab/one", "kinds/old.toml", "witness.json", "erased.log")
NEW = ("qianshao.db", "photos/cd/two", "backed.json")


def put(root: Path, names: tuple[str, ...], text: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def stand(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def root(tmp_path) -> Path:
    put(tmp_path, OLD, "old")
    put(fresh_in(tmp_path), NEW, "new")
    return tmp_path


AFTER = dict.fromkeys(NEW, "new") | {
    "erased.log": "old",
    **{f"before/{name}": "old" for name in OLD if name != "erased.log"},
}


def test_the_new_is_put_in_place_and_the_old_aside(root):
    assert swap(root, "before") == root / "before"
    assert stand(root) == AFTER


def test_a_directory_without_a_swap_is_left_as_it_is(root):
    finish(root)
    assert stand(root) == dict.fromkeys(OLD, "old") | {f"{FRESH}/{name}": "new" for name in NEW}


def test_it_may_break_off_anywhere(tmp_path, monkeypatch):
    for at in range(1, 100):
        root = tmp_path / str(at)
        put(root, OLD, "old")
        put(fresh_in(root), NEW, "new")
        with monkeypatch.context() as patch:
            failing = Failing(patch, at)
            with contextlib.suppress(OSError):
                swap(root, "before")
        if failing.count < at:
            break
        if (root / FRESH).exists():
            assert {name: (root / name).read_text() for name in OLD} == dict.fromkeys(OLD, "old"), (
                f"step {at}"
            )
            continue
        finish(root)
        assert stand(root) == AFTER, f"step {at}"
    assert at > 12, "there are that many steps at least"


def test_finishing_may_break_off_anywhere_too(tmp_path, monkeypatch):
    for at in range(1, 100):
        root = tmp_path / str(at)
        put(root, OLD, "old")
        put(fresh_in(root), NEW, "new")
        monkeypatch.setattr("backend.swap.finish", lambda _: None)
        swap(root, "before")
        monkeypatch.undo()
        assert (root / READY).exists()
        with monkeypatch.context() as patch:
            failing = Failing(patch, at)
            with contextlib.suppress(OSError):
                finish(root)
        if failing.count < at:
            break
        finish(root)
        assert stand(root) == AFTER, f"step {at}"


def test_what_was_left_of_another_is_cleared(root):
    assert list(fresh_in(root).iterdir()) == []


def test_the_database_is_among_what_is_replaced():
    assert DATABASE == FILE
    assert f"{FILE}-wal" == REPLACED[0], "first: a log of writes must never meet another database"
