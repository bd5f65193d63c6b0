import json
import unittest

import msgspec

from hyrouter_plugin import Backend, ConnectEvent, ConnectRequest, ConnectResponse, deny, refer
from hyrouter_plugin.codec import decode_request, encode_response

FULL = {
    "event": {
        "sni": "play.example.com",
        "username": "Zoë \U0001f600",
        "client_type": 1,
        "identity": {"verified": True, "expires_at": 1796083200},
        "referral": {"key_id": 3, "hops": 0, "data": "cGFydHk9MTI="},
    },
    "strategy": "weighted",
    "candidates": [{"host": "10.0.0.7", "port": 5520, "weight": 3, "meta": {"lobby": "main"}}],
    "selected_index": 0,
    "backend": {"host": "10.0.0.7", "port": 5520, "weight": 3, "meta": {"lobby": "main"}},
    "referral_data": "/+8=",
}


class Requests(unittest.TestCase):
    def test_a_full_request_is_read(self) -> None:
        request = decode_request(json.dumps(FULL).encode())
        assert request.event.identity and request.event.referral
        self.assertEqual(request.event.username, "Zoë \U0001f600")
        self.assertEqual(request.event.referral.data, b"party=12")
        self.assertEqual(request.candidates, [request.backend])
        self.assertEqual(request.referral_data, b"\xff\xef")
        self.assertIsNone(request.event.language)

    def test_absent_null_and_unknown_fields(self) -> None:
        for text in (
            "{}",
            '{"later":{"a":[1]},"event":{"later":null}}',
            '{"event":{"sni":null,"username":null},"candidates":null,"backend":null,"selected_index":null}',
            '{"candidates":null,"event":null,"strategy":null,"referral_data":null}',
        ):
            self.assertEqual(decode_request(text.encode()), ConnectRequest(event=ConnectEvent()), text)
        request = decode_request(
            b'{"candidates":[{"host":"a","port":1,"weight":null,"meta":null}],"referral_data":"aGk="}'
        )
        self.assertEqual(request.candidates, [Backend(host="a", port=1)])
        self.assertEqual(request.referral_data, b"hi")

    def test_other_types_are_refused(self) -> None:
        for text in ("[]", '{"event":[]}', '{"event":{"username":7}}', '{"referral_data":"aGk"}', "{", "\xff"):
            with self.assertRaises((msgspec.MsgspecError, UnicodeError), msg=text):
                decode_request(text.encode("latin-1"))


class Responses(unittest.TestCase):
    def test_only_fields_with_a_value_are_written(self) -> None:
        for response, expected in (
            (ConnectResponse(), {"deny": False}),
            (deny("Nein, übrigens."), {"deny": True, "deny_reason": "Nein, übrigens."}),
            (deny(), {"deny": True}),
            (
                ConnectResponse(referral_data=b"", selected_index=0),
                {"deny": False, "referral_data": "", "selected_index": 0},
            ),
            (
                refer("vip.example.com", 5520, b'{"lobby":"vip"}'),
                {
                    "deny": False,
                    "backend": {"host": "vip.example.com", "port": 5520, "weight": 0, "meta": {}},
                    "referral_data": "eyJsb2JieSI6InZpcCJ9",
                },
            ),
        ):
            self.assertEqual(json.loads(encode_response(response)), expected)
