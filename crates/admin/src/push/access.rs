//! Providers of requests, and the tokens of these.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use hyrouter_discovery::push::{PushHandle, PushSession};

use crate::access_refusal::AccessRefusal;
use crate::push::refused::PushRefused;
use crate::server::guard::bearer;

/// The providers that backends can push to. A reload replaces them while the server runs.
#[derive(Debug, Clone, Default)]
pub struct PushHandles(Arc<Mutex<Arc<[PushHandle]>>>);

impl PushHandles {
    /// Replaces the providers.
    pub fn replace(&self, handles: impl IntoIterator<Item = PushHandle>) {
        let handles = handles.into_iter().collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = handles;
    }

    fn now(&self) -> Arc<[PushHandle]> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Checks the token of a request for this provider. Only a valid token learns which providers there are.
    pub(crate) fn authorize(
        &self,
        provider: &str,
        headers: &HeaderMap,
        from: SocketAddr,
    ) -> Result<PushSession, (Option<AccessRefusal>, PushRefused)> {
        let Some(token) = bearer(headers) else {
            let refusal = if headers.contains_key(AUTHORIZATION) {
                AccessRefusal::TokenWrong
            } else {
                AccessRefusal::TokenMissing
            };
            return Err(unauthorized(refusal));
        };
        let handles = self.now();
        let mut is_known = false;
        let mut found = None;
        for handle in &*handles {
            let session = handle.authorize(token.as_bytes(), from);
            is_known |= session.is_some();
            if handle.provider() == provider {
                found = Some(session);
            }
        }
        match found {
            Some(Some(session)) => Ok(session),
            _ if !is_known => Err(unauthorized(AccessRefusal::TokenWrong)),
            Some(None) => Err((
                None,
                PushRefused::new(
                    StatusCode::FORBIDDEN,
                    format!("this token belongs to another provider than {provider:?}"),
                ),
            )),
            None => Err((
                None,
                PushRefused::new(
                    StatusCode::NOT_FOUND,
                    format!("no provider {provider:?} of type `push`"),
                ),
            )),
        }
    }
}

fn unauthorized(refusal: AccessRefusal) -> (Option<AccessRefusal>, PushRefused) {
    let response = PushRefused::new(
        StatusCode::UNAUTHORIZED,
        "a token of the provider is required: Authorization: Bearer ...",
    );
    (Some(refusal), response)
}
