use hyrouter_plugin_api::{ConnectRequest, ConnectResponse};
use serde::Deserialize;

use super::{Guest, pack};
use crate::buffers::BufferSpan;
use crate::config::{NoConfig, accept, read};
use crate::fault::Fault;
use crate::testing;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Greeting {
    #[serde(default = "hello")]
    text: String,
}

fn hello() -> String {
    "hello".into()
}

fn not_empty(greeting: &Greeting) -> Result<(), &'static str> {
    if greeting.text.is_empty() {
        Err("text: empty")
    } else {
        Ok(())
    }
}

fn greeter() -> Guest<Greeting> {
    Guest::new(|json| read(json, not_empty))
}

fn greet(greeting: &Greeting, request: ConnectRequest) -> Result<ConnectResponse, String> {
    let name = request.event.username.ok_or("nobody to greet")?;
    Ok(ConnectResponse::deny(format!("{} {name}", greeting.text)))
}

impl<C> Guest<C> {
    fn write(&self, text: &[u8]) -> (usize, usize) {
        let at = self.alloc(text.len());
        self.buffers.borrow_mut().write(at, text);
        (at, text.len())
    }

    fn response(&self, span: BufferSpan) -> ConnectResponse {
        serde_json::from_slice(self.buffers.borrow_mut().read(span).unwrap()).unwrap()
    }

    fn count(&self) -> usize {
        self.buffers.borrow().count()
    }
}

fn ann() -> Vec<u8> {
    serde_json::to_vec(&testing::request("Ann")).unwrap()
}

fn configured(json: &str) -> Result<Guest<Greeting>, String> {
    let guest = greeter();
    let (at, len) = guest.write(json.as_bytes());
    let result = guest.configure(at, len);
    guest.dealloc(at);
    result.map(|()| guest).map_err(|fault| fault.to_string())
}

/// The text that a player called Ann reads.
fn greeted(guest: &Guest<Greeting>) -> Result<String, String> {
    let (at, len) = guest.write(&ann());
    let span = guest
        .on_connect(at, len, greet)
        .map_err(|fault| fault.to_string())?;
    let response = guest.response(span);
    guest.dealloc(at);
    // The router may read the answer after it gave the request back.
    assert_eq!(guest.response(span), response);
    guest.dealloc(span.at);
    Ok(response.deny_reason.unwrap())
}

#[test]
fn a_request_becomes_a_response() {
    let guest = greeter();
    assert_eq!(greeted(&guest), Ok("hello Ann".into()));
    assert_eq!(guest.count(), 0, "all was given back");
}

#[test]
fn the_configuration_reaches_the_handler() {
    for (json, text) in [
        (r#"{"text":"hi"}"#, "hi Ann"),
        ("null", "hello Ann"),
        (" null\n", "hello Ann"),
        ("{}", "hello Ann"),
    ] {
        assert_eq!(
            greeted(&configured(json).unwrap()),
            Ok(text.into()),
            "{json}"
        );
    }
}

#[test]
fn the_last_configuration_counts() {
    let guest = configured(r#"{"text":"hi"}"#).unwrap();
    let (at, len) = guest.write(br#"{"text":"hey"}"#);
    guest.configure(at, len).unwrap();
    assert_eq!(greeted(&guest), Ok("hey Ann".into()));
}

#[test]
fn a_wrong_configuration_is_refused_with_the_reason() {
    for (json, reason) in [
        (
            r#"{"txt":"hi"}"#,
            "configuration refused: unknown field `txt`, expected `text`",
        ),
        (
            r#"{"text":7}"#,
            "configuration refused: invalid type: integer `7`, expected a string",
        ),
        (r#"{"text":""}"#, "configuration refused: text: empty"),
        ("", "configuration refused: EOF while parsing a value"),
        ("\u{7f}", "configuration refused: expected value"),
    ] {
        let error = configured(json).unwrap_err();
        assert!(error.starts_with(reason), "{json}: {error}");
    }
}

#[test]
fn a_refused_configuration_does_not_replace_the_one_before() {
    let guest = configured(r#"{"text":"hi"}"#).unwrap();
    let (at, len) = guest.write(br#"{"text":""}"#);
    assert!(guest.configure(at, len).is_err());
    assert_eq!(greeted(&guest), Ok("hi Ann".into()));
}

#[test]
fn a_plugin_that_needs_a_configuration_fails_without_one() {
    #[derive(Deserialize)]
    struct Needs {
        _key: String,
    }
    let guest: Guest<Needs> = Guest::new(|json| read(json, accept));
    let (at, len) = guest.write(&ann());
    let fault = guest
        .on_connect(at, len, |_, _| ConnectResponse::default())
        .unwrap_err();
    assert!(
        fault
            .to_string()
            .starts_with("configuration refused: missing field `_key`"),
        "{fault}"
    );
}

#[test]
fn a_plugin_without_configuration_refuses_any() {
    let guest: Guest<NoConfig> = Guest::new(|json| read(json, accept));
    for (json, is_taken) in [
        ("null", true),
        ("{}", true),
        (r#"{"prefix":"VIP"}"#, false),
        ("7", false),
    ] {
        let (at, len) = guest.write(json.as_bytes());
        assert_eq!(guest.configure(at, len).is_ok(), is_taken, "{json}");
    }
}

#[test]
fn the_error_of_a_handler_has_its_text() {
    let guest = greeter();
    let (at, len) = guest.write(b"{}");
    let fault = guest.on_connect(at, len, greet).unwrap_err();
    assert_eq!(fault.to_string(), "nobody to greet");
}

#[test]
fn what_is_no_request_is_told() {
    let guest = greeter();
    for text in ["", "[", "7", "{\"event\":7}"] {
        let (at, len) = guest.write(text.as_bytes());
        let fault = guest.on_connect(at, len, greet).unwrap_err();
        assert!(matches!(fault, Fault::Request(_)), "{text}: {fault}");
    }
    assert_eq!(greeted(&guest), Ok("hello Ann".into()));
}

#[test]
fn memory_that_was_not_asked_for_is_not_read() {
    let guest = greeter();
    let (at, len) = guest.write(&ann());
    for (at, len) in [
        (0, 0),
        (0, len),
        (at + 1, len - 1),
        (usize::MAX, usize::MAX),
    ] {
        let fault = guest.on_connect(at, len, greet).unwrap_err();
        assert!(matches!(fault, Fault::UnknownBuffer { .. }), "{fault}");
        let fault = guest.configure(at, len).unwrap_err();
        assert!(matches!(fault, Fault::UnknownBuffer { .. }), "{fault}");
    }
    for too_long in [len + 1, usize::MAX] {
        let fault = guest.on_connect(at, too_long, greet).unwrap_err();
        assert!(
            matches!(fault, Fault::BeyondBuffer { room, .. } if room == len),
            "{fault}"
        );
    }
    assert!(guest.on_connect(at, len, greet).is_ok());
}

#[test]
fn a_router_that_gives_nothing_back_costs_one_call() {
    let guest = greeter();
    for _ in 0..1000 {
        let (at, len) = guest.write(&ann());
        let span = guest.on_connect(at, len, greet).unwrap();
        assert_eq!(guest.response(span).deny_reason.unwrap(), "hello Ann");
        assert_eq!(guest.count(), 2, "a request and its response");
    }
}

#[test]
fn a_router_may_use_its_buffer_again() {
    let guest = greeter();
    let at = guest.alloc(4096);
    for name in ["Ann", "Bartholomew", "Ann"] {
        let json = serde_json::to_vec(&testing::request(name)).unwrap();
        guest.buffers.borrow_mut().write(at, &json);
        let span = guest.on_connect(at, json.len(), greet).unwrap();
        assert_eq!(
            guest.response(span).deny_reason.unwrap(),
            format!("hello {name}")
        );
    }
}

#[test]
fn the_address_is_the_high_half() {
    assert_eq!(
        pack(BufferSpan {
            at: 0x0012_3456,
            len: 0x789a
        }),
        0x0012_3456_0000_789a
    );
    assert_eq!(
        pack(BufferSpan {
            at: 0xffff_fff0,
            len: 2
        }),
        0xffff_fff0_0000_0002
    );
}
