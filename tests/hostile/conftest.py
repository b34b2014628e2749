"""A whole server, as the tests of backend/ have it."""

from tests.backend.conftest import anyio_backend, client, enrol, template, town_server

__all__ = ["anyio_backend", "client", "enrol", "template", "town_server"]
