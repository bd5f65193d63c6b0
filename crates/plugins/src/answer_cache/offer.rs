//! The permission of a plugin to give its answer again.

use std::fmt;
use std::time::Duration;

use hyrouter_plugin_api::{CacheField, ConnectRequest, ConnectResponse};

use super::KeyFields;
use super::store::MAX_KEYS;

/// Maximum length of an unknown name that is kept in bytes.
const MAX_NAME: usize = 64;

/// Permission of a plugin to give its answer again to requests that are equal in some fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheOffer {
    ttl: Duration,
    fields: KeyFields,
}

impl CacheOffer {
    /// Reads the permission of the response to a request; `None` if it has none.
    ///
    /// # Errors
    /// The response has one that is invalid.
    pub(crate) fn of(
        response: &ConnectResponse,
        request: &ConnectRequest,
    ) -> Result<Option<Self>, CacheFault> {
        let Some(ttl) = response.cache_ttl else {
            return if response.cache_key.iter().flatten().next().is_none() {
                Ok(None)
            } else {
                Err(CacheFault::NoTtl)
            };
        };
        let seconds = u64::try_from(ttl).map_err(|_| CacheFault::NegativeTtl { ttl })?;
        let Some(key) = &response.cache_key else {
            return if seconds == 0 {
                Ok(None)
            } else {
                Err(CacheFault::NoKey)
            };
        };
        let mut fields = KeyFields::default();
        for name in key {
            let field = CacheField::from_name(name);
            fields.insert(field.ok_or_else(|| CacheFault::unknown_field(name))?);
        }
        // An index, a list and a backend of the list are meant for the candidates that the plugin saw.
        let mut candidates = request.candidates.iter();
        if response.selected_index.is_some()
            || !response.candidates.is_empty()
            || response.backend.as_ref().is_some_and(|backend| {
                candidates.any(|candidate| candidate.is_at_same_address(backend))
            })
        {
            fields.insert(CacheField::Candidates);
        }
        let ttl = Duration::from_secs(seconds);
        Ok((!ttl.is_zero()).then_some(Self { ttl, fields }))
    }

    /// Returns the maximum age of the answer. The operator's own maximum counts too.
    pub fn ttl(&self) -> Duration {
        self.ttl
    }

    /// Returns the fields that the answer depends on: those that the plugin names, and the candidates if the answer
    /// selects one of them, by index or by address, or replaces them.
    pub fn fields(&self) -> KeyFields {
        self.fields
    }
}

/// Writes time and fields, as in `for 30 s by uuid, host`.
impl fmt::Display for CacheOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ttl, fields } = self;
        write!(f, "for {} s ", ttl.as_secs())?;
        if fields.is_empty() {
            f.write_str("for every player")
        } else {
            write!(f, "by {fields}")
        }
    }
}

/// Reason why an answer is not cached although its plugin permits it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheFault {
    /// `cache_key` names no field.
    UnknownField {
        /// The start of the name. It is the plugin's and may hold control characters.
        name: String,
    },
    /// There is a `cache_ttl`, but no `cache_key`: most likely the plugin forgot it, and its answer is for one player.
    NoKey,
    /// There is a `cache_key`, but no `cache_ttl`.
    NoTtl,
    /// `cache_ttl` is negative.
    NegativeTtl {
        /// The time in seconds.
        ttl: i64,
    },
    /// The answer takes too much memory.
    TooLarge {
        /// Memory that it takes in bytes.
        size: usize,
        /// Maximum in bytes.
        max: usize,
    },
    /// The fresh answers of the plugin have too many different lists of `cache_key`.
    TooManyKeys,
}

impl CacheFault {
    fn unknown_field(name: &str) -> Self {
        let end = name.floor_char_boundary(MAX_NAME);
        Self::UnknownField {
            name: name.get(..end).unwrap_or_default().to_owned(),
        }
    }
}

impl fmt::Display for CacheFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer cannot be cached: ")?;
        match self {
            Self::UnknownField { name } => {
                let allowed = CacheField::ALL.map(CacheField::as_str).join(", ");
                write!(f, "cache_key names {name:?}, allowed: {allowed}")
            }
            Self::NoKey => {
                f.write_str("cache_ttl needs cache_key; [] means the same answer for every player")
            }
            Self::NoTtl => f.write_str("cache_key needs cache_ttl"),
            Self::NegativeTtl { ttl } => {
                write!(f, "cache_ttl is {ttl}, allowed: 0 and more seconds")
            }
            Self::TooLarge { size, max } => {
                write!(
                    f,
                    "it takes {size} bytes of memory, at most {max} are allowed"
                )
            }
            Self::TooManyKeys => write!(
                f,
                "its cache_key is one more than the {MAX_KEYS} different lists of fresh answers that are allowed"
            ),
        }
    }
}
