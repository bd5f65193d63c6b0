"""The ban list and its file."""

import logging
import re
import threading
from pathlib import Path

from hyrouter_plugin import ConnectEvent

_log = logging.getLogger(__name__)


class Bans:
    """Reasons of the banned players by UUID or name, in lower case. A reason may be empty."""

    def __init__(self, text: str) -> None:
        """Reads a line for each player: UUID or name, then a space and the reason. Skips lines that begin with #,
        and a byte order mark, which editors write at the beginning."""
        self.reasons: dict[str, str] = {}
        for line in text.removeprefix("\ufeff").split("\n"):
            player, *reason = line.split(maxsplit=1) or [""]
            if player and not player.startswith("#"):
                self.reasons[player.lower()] = reason[0].strip() if reason else ""

    def reason(self, event: ConnectEvent) -> str | None:
        """Returns the text for a banned player: the one of the list, or one in the player's language."""
        for player in (event.uuid, event.username):
            reason = self.reasons.get(player.lower()) if player else None
            if reason is not None:
                return reason or _banned(event.language or "")
        return None


def _banned(language: str) -> str:
    if re.split("[-_]", language)[0].lower() == "de":
        return "Du bist gesperrt."
    return "You are banned."


class BanFile:
    """A list and its file."""

    def __init__(self, path: Path) -> None:
        """Reads the file. Raises OSError or UnicodeDecodeError if that fails."""
        self._path = path
        self._lock = threading.Lock()
        # Time and length of the file, which distinguish its states without reading it.
        self._version: tuple[int, int] | None = None
        self._problem = ""
        self._bans = Bans("")
        self._reload()

    def current(self) -> Bans:
        """Returns the list. Reads the file again if its time of modification or its length changed. While the file
        cannot be read, the list stays as it is, and each problem is logged once."""
        with self._lock:
            problem = ""
            try:
                self._reload()
            except (OSError, UnicodeDecodeError) as error:
                problem = str(error)
            if problem and problem != self._problem:
                _log.warning("the ban list %s is unchanged: %s", self._path, problem)
            self._problem = problem
            return self._bans

    def _reload(self) -> None:
        file = self._path.stat()
        version = (file.st_mtime_ns, file.st_size)
        if version == self._version:
            return
        content = self._path.read_bytes()
        # A version with broken content is read once only.
        self._version = version
        self._bans = Bans(content.decode())
