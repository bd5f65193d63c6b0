//! What players read who are sent nowhere.

use hyrouter_config::{MessageKind, Messages};
use hyrouter_proxy::{Answer, ConnectInfo};

/// The text of this kind in the player's language.
pub(crate) fn refuse(messages: &Messages, kind: MessageKind, info: &ConnectInfo) -> Answer {
    let error = match kind {
        MessageKind::NoBackends => "no backends",
        _ => "",
    };
    let text = messages.text(kind, info.connect().language, info.host(), error);
    Answer::disconnect(Some(text.into_owned()))
}

/// For a client that could not be understood, its language neither.
pub(crate) fn unreadable() -> Answer {
    let text = "This server can not read what your game sent. \
        Please update your game, or tell the server's team.";
    Answer::disconnect(Some(text.to_owned()))
}
