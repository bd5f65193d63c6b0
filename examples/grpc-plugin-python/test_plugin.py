import os
import tempfile
import unittest
from pathlib import Path

from hyrouter_plugin import ConnectEvent, ConnectRequest, deny, refer

from bans import BanFile, Bans
from plugin import Lobby, Plugin

LIST = """\
# who and why
Griefer   No griefing.\t\r
0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0 Chargeback
  spammer

VIP_Mallory"""


class Reasons(unittest.TestCase):
    def test_players_are_found_by_name_and_uuid(self) -> None:
        uuid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
        for event, reason in (
            (ConnectEvent(username="GRIEFER"), "No griefing."),
            (ConnectEvent(username="Griefer", language="de-DE"), "No griefing."),
            (ConnectEvent(uuid=uuid, username="Renamed"), "Chargeback"),
            (ConnectEvent(username="spammer"), "You are banned."),
            (ConnectEvent(username="spammer", language="en-US"), "You are banned."),
            (ConnectEvent(username="spammer", language="de"), "Du bist gesperrt."),
            (ConnectEvent(username="Spammer", language="DE_at"), "Du bist gesperrt."),
            (ConnectEvent(username="spammer", language="del"), "You are banned."),
            (ConnectEvent(username="Grief"), None),
            (ConnectEvent(username="#"), None),
            (ConnectEvent(username=""), None),
            (ConnectEvent(), None),
        ):
            self.assertEqual(Bans(LIST).reason(event), reason, event)


class FileTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, "bans.txt")
        self.version = 0

    def write(self, content: bytes) -> None:
        """Sets the time too: two versions can have the same one."""
        self.version += 1
        self.path.write_bytes(content)
        os.utime(self.path, ns=(self.version, self.version))

    def test_a_changed_file_is_read_again(self) -> None:
        self.assertRaises(OSError, BanFile, self.path)
        self.write(b"a")
        file = BanFile(self.path)
        self.write(b"a\nb")
        self.assertEqual(file.current().reasons, {"a": "", "b": ""})
        with self.assertLogs("bans") as logs:
            self.write(b"\xff\xfe")
            self.assertEqual(file.current().reasons, {"a": "", "b": ""})
            self.path.unlink()
            for _ in range(3):
                self.assertEqual(file.current().reasons, {"a": "", "b": ""})
        self.assertEqual(len(logs.output), 2)
        self.write(b"c")
        self.assertEqual(file.current().reasons, {"c": ""})
        self.version -= 1
        self.write("\ufeffc\nd".encode())
        self.assertEqual(file.current().reasons, {"c": "", "d": ""})

    def test_decisions(self) -> None:
        self.write(LIST.encode())
        plugin = Plugin(BanFile(self.path))
        vip = refer("10.0.0.9", 5521, b'{"lobby":"vip"}')
        for name, expected in (
            ("VIP_Ann", vip),
            ("vip_mallory", deny("You are banned.")),
            ("vip_ann", None),
            ("Ann_VIP", None),
            ("", None),
            (None, None),
        ):
            request = ConnectRequest(event=ConnectEvent(username=name))
            self.assertEqual(plugin.on_connect(request, Lobby("10.0.0.9", 5521)), expected, name)


class Config(unittest.TestCase):
    def test_values_are_checked(self) -> None:
        for host, port in (("", 1), ("a", 0), ("a", 65536)):
            self.assertRaises(ValueError, Lobby, host, port)


if __name__ == "__main__":
    unittest.main()
