"""The server's parts, put together once in app.py and handed to handlers and to the demo."""

from msgspec import Struct

from backend.calling import Calling
from backend.care import Care
from backend.collect import Collector
from backend.config import Settings
from backend.darkroom import Darkroom
from backend.devices import Contacts
from backend.links import Links
from backend.people import Brake
from backend.photos import Photos
from backend.ports import Bell, Lanes, People
from backend.towns import Towns
from backend.upload import Uploads
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
    uploads: Uploads
    care: Care
    collector: Collector
    darkroom: Darkroom
    links: Links
    calling: Calling
