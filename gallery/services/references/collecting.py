"""The pictures of one request, from wherever they come: what can be used is kept, the others say why not."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from gallery.models import Image, Reference, User
from gallery.services.references import fetching, keeping
from gallery.services.references.refusals import UnusablePicture
from gallery.services.storage.files import StorageTrouble

MEMORY_BYTES = 2 * 1024 * 1024  # of what is fetched from an address; the rest lies on the disk
FETCH_SECONDS = 30.0  # for all addresses of a request; the one that runs then may end
TOO_SLOW = "the other addresses took too long. Download it yourself and choose the file."


@dataclass
class Collector:
    """Keeps pictures for their owner. `problems`: of those that could not be kept, each with its name."""

    owner: User
    problems: list[str] = field(default_factory=list)
    fetch_until: float = field(default_factory=lambda: time.monotonic() + FETCH_SECONDS)

    def keep_upload(self, name: str | None, file: IO[bytes]) -> Reference | None:
        return self._kept(lambda: keeping.keep_upload(file, name=name or "picture", owner=self.owner))

    def keep_image(self, image: Image) -> Reference | None:
        """Keep a picture of the gallery, which its reader may see."""
        return self._kept(lambda: keeping.keep_image(image, owner=self.owner))

    def keep_address(self, address: str) -> Reference | None:
        """Fetch a picture and keep it, unless the addresses before took all the time there is."""
        if time.monotonic() > self.fetch_until:
            self.problems.append(f"{fetching.name_address(address)}: {TOO_SLOW}")
            return None
        return self._kept(lambda: self._fetched(address))

    def _fetched(self, address: str) -> Reference:
        with tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES) as file:
            fetching.fetch_picture(address, file)
            return keeping.keep_upload(file, name=fetching.name_address(address), owner=self.owner)

    def _kept(self, keep: Callable[[], Reference]) -> Reference | None:
        try:
            return keep()
        except UnusablePicture as wrong:
            self.problems.append(str(wrong))
        except StorageTrouble as trouble:
            self.problems.append(f"Nothing can be kept now: {trouble}")
        return None
