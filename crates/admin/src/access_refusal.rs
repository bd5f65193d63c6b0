//! Reasons for which the guard refuses requests.

/// Reason for the refusal of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccessRefusal {
    /// The request has no token.
    TokenMissing,
    /// The request has another token, or an `Authorization` header of another form.
    TokenWrong,
    /// There is no token, and the request can come from a web page.
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
