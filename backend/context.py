"""The server's parts, put together once in app.py and handed to handlers and to the demo."""

from msgspec import Struct

from backend.config import Settings
from backend.devices import Contacts
from backend.people import Brake
from backend.photos import Photos
from backend.ports import Bell, Lanes, People
from backend.towns import Towns
from backend.witness import Watch


class Context(Struct, frozen=True):
    """The server's parts."""

    settings: Settings
    lanes: Lanes
    people: People
    bell: Bell
    towns: Towns
    photos: Photos
    brake: Brake
    contacts: Contacts
    watch: Watch
