"""Settings: read once, and one that is not understood stops the start by name."""

from pathlib import Path

import pytest

from backend.config import Settings, SettingsError, read_settings


def test_without_settings_the_defaults_hold():
    assert read_settings({"HOME": "/tmp", "PATH": "x"}) == Settings()


def test_settings_are_read_with_their_types():
    environ = {
        "QIANSHAO_DATA": "/srv/town", "QIANSHAO_PORT": "9000", "QIANSHAO_CODE_HOURS": "2",
        "QIANSHAO_SCHEMA": "true", "QIANSHAO_HOSTS": "a.example,b.example",
    }  # fmt: skip
    settings = read_settings(environ)
    assert settings == Settings(
        "/srv/town", port=9000, code_hours=2, schema=True, hosts="a.example,b.example"
    )
    assert settings.root == Path("/srv/town")
    assert settings.page_dirs[1] == Path("/srv/town/kinds")


def test_the_directory_of_further_pages_can_be_set():
    assert read_settings({"QIANSHAO_KINDS": "/etc/pages"}).page_dirs[1] == Path("/etc/pages")


def test_port_is_honoured_unless_the_own_setting_is_there():
    assert read_settings({"PORT": "8001"}).port == 8001
    assert read_settings({"PORT": "8001", "QIANSHAO_PORT": "8002"}).port == 8002


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QIANSHAO_PORTT", "8000"),
        ("QIANSHAO_", "x"),
        ("QIANSHAO_ROOT", "/"),
        ("QIANSHAO_PAGE_DIRS", "/"),
        ("QIANSHAO_PORT", "eight"),
        ("QIANSHAO_PORT", ""),
        ("QIANSHAO_PORT", "80.5"),
        ("QIANSHAO_PORT", "65536"),
        ("QIANSHAO_PORT", "-1"),
        ("QIANSHAO_CODE_HOURS", "0"),
        ("QIANSHAO_PHOTO_MB", "many"),
        ("QIANSHAO_PHOTO_MB", "21"),
        ("QIANSHAO_SCHEMA", "perhaps"),
        ("PORT", "http"),
    ],
)
def test_a_setting_that_is_not_understood_is_named(name, value):
    with pytest.raises(SettingsError) as fault:
        read_settings({name: value})
    assert name in str(fault.value)
    assert "docs/operations.md" in str(fault.value)
    assert "\n" not in str(fault.value)
