//! Reasons for refusing requests.

/// Reason for refusing a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccessRefusal {
    /// The request has no token.
    TokenMissing,
    /// The token is wrong, or the `Authorization` header has another form.
    TokenWrong,
    /// The server has no token, and a web page could have sent the request.
    WebPage,
}

impl AccessRefusal {
    /// All reasons.
    pub const ALL: [Self; 3] = [Self::TokenMissing, Self::TokenWrong, Self::WebPage];

    /// Returns the stable code for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenMissing => "token_missing",
            Self::TokenWrong => "token_wrong",
            Self::WebPage => "web_page",
        }
    }
}
