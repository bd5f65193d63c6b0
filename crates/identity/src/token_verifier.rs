use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;

use crate::bindings::{Binding, Bindings};
use crate::cache::{Cache, TokenHash, VerifiedToken};
use crate::claims::TokenPayload;
use crate::freshness::Freshness;
use crate::keys::{KeySet, KeySetChange, KeyUse, TrustedKeys};
use crate::time_rules::{TimeRules, seconds};
use crate::token_counts::{TokenCounts, TokenTally};
use crate::token_parts::{TokenHeader, TokenParts};
use crate::{Claims, Expected, TokenPolicy, TokenRefusal};

/// Verifies tokens offline, with keys that can be replaced at any time. Shared by all threads.
///
/// A good token is signed with Ed25519 by the key that its header names, names the issuer of the [`TokenPolicy`], is
/// valid at the time that the caller passes, give or take the clock skew, has the scope for the client that sent it, a
/// UUID and a name, and matches the packet that it came in. Good tokens are cached by their hash; everything that the
/// hash does not cover is checked again.
pub struct TokenVerifier {
    issuer: Arc<str>,
    times: TimeRules,
    keys: ArcSwap<TrustedKeys>,
    freshness: Freshness,
    /// Held while keys are replaced, so that each set follows the one before it.
    replacing: Mutex<()>,
    cache: Cache,
    tally: TokenTally,
    unknown_keys: AtomicU64,
    on_unknown_key: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl TokenVerifier {
    /// Makes a verifier without keys. Until it gets some, it refuses all tokens with [`TokenRefusal::KeysUnavailable`].
    pub fn new(policy: TokenPolicy) -> Self {
        Self {
            issuer: policy.issuer.into(),
            times: TimeRules {
                clock_skew: policy.clock_skew,
                max_age: policy.max_age,
            },
            keys: ArcSwap::default(),
            freshness: Freshness::new(policy.max_stale),
            replacing: Mutex::default(),
            cache: Cache::new(policy.cache),
            tally: TokenTally::default(),
            unknown_keys: AtomicU64::new(0),
            on_unknown_key: OnceLock::new(),
        }
    }

    /// Replaces the keys in one step: a token is verified with the old set or the new one. Tokens that were verified
    /// with a removed key are forgotten, also if another key takes its id.
    pub fn replace_keys(&self, keys: KeySet) -> KeySetChange {
        let guard = self.replacing.lock();
        let _guard = guard.unwrap_or_else(PoisonError::into_inner);
        let (next, change) = self.keys.load().followed_by(keys);
        let next = Arc::new(next);
        self.keys.store(Arc::clone(&next));
        if !change.is_empty() {
            // Only frees memory: cached tokens are checked against the current keys whenever they are used.
            self.cache.retain(|used| next.allows(used));
        }
        change
    }

    /// Takes over the keys of another verifier, for one that replaces it with other settings.
    pub fn begin_with_keys_of(&self, other: &Self) {
        let guard = self.replacing.lock();
        let _guard = guard.unwrap_or_else(PoisonError::into_inner);
        self.keys.store(other.keys.load_full());
        self.freshness.begin_with(&other.freshness);
    }

    /// Records that the source has just delivered the keys, new or not. From then on they are used for
    /// [`TokenPolicy::max_stale`]. Keys that were never confirmed are used without a limit.
    pub fn confirm_keys(&self, now: SystemTime) {
        self.freshness.confirm(now);
    }

    /// Returns how long ago the keys were [confirmed](Self::confirm_keys). `None`: never.
    pub fn keys_age(&self, now: SystemTime) -> Option<Duration> {
        self.freshness.age(now)
    }

    /// Returns whether there are keys, however old.
    pub fn has_keys(&self) -> bool {
        !self.keys.load().is_empty()
    }

    /// Returns whether there are keys that are used at this time.
    pub fn can_verify(&self, now: SystemTime) -> bool {
        self.has_keys() && !self.freshness.is_over(now)
    }

    /// Returns the ids of the keys. That of a key without one is empty.
    pub fn key_ids(&self) -> Vec<String> {
        self.keys.load().ids().map(ToOwned::to_owned).collect()
    }

    /// Verifies a token and returns its claims.
    ///
    /// # Errors
    /// The first check that fails, in the order of [`TokenRefusal::ALL`]; but the signature is not decoded before its
    /// key is known, and the payload not before the signature is good.
    pub fn verify(
        &self,
        token: Option<&str>,
        expected: &Expected,
        now: SystemTime,
    ) -> Result<Claims, TokenRefusal> {
        self.counted(self.judge(token.unwrap_or_default(), expected, now))
    }

    /// Verifies a token, binds it to the certificate of the first client that shows it, and returns its claims.
    ///
    /// # Errors
    /// As [`verify`](Self::verify), and [`TokenRefusal::Certificate`] if the token was first shown with another
    /// certificate, or the client has none.
    pub fn verify_and_bind(
        &self,
        token: Option<&str>,
        expected: &Expected,
        certificate: Option<[u8; 32]>,
        bindings: &Bindings,
        now: SystemTime,
    ) -> Result<Claims, TokenRefusal> {
        let token = token.unwrap_or_default();
        let judged = self.judge(token, expected, now);
        self.counted(judged.and_then(|claims| {
            self.is_bound(token, &claims, certificate, bindings, now)
                .then_some(claims)
                .ok_or(TokenRefusal::Certificate)
        }))
    }

    fn is_bound(
        &self,
        token: &str,
        claims: &Claims,
        certificate: Option<[u8; 32]>,
        bindings: &Bindings,
        now: SystemTime,
    ) -> bool {
        let binding = || {
            Some(Binding {
                token: TokenHash::of(token)?,
                certificate: certificate?,
                player: claims.subject?,
                ends: self.times.end(claims.expires_at?),
            })
        };
        binding().is_some_and(|binding| bindings.admit(binding, seconds(now)))
    }

    fn counted(&self, judged: Result<Claims, TokenRefusal>) -> Result<Claims, TokenRefusal> {
        match &judged {
            Ok(_) => self.tally.verified(),
            Err(refusal) => self.tally.refused(*refusal),
        }
        if let Err(TokenRefusal::UnknownKey) = judged {
            self.unknown_keys.fetch_add(1, Ordering::Relaxed);
            if let Some(hook) = self.on_unknown_key.get() {
                hook();
            }
        }
        judged
    }

    /// Returns the results so far.
    pub fn counts(&self) -> TokenCounts {
        self.tally.counts()
    }

    /// Returns the number of cached tokens, at most [`TokenPolicy::cache`]. Expired tokens count until others replace
    /// them. Visits all sets, so it is for tests and status pages.
    pub fn cached(&self) -> usize {
        self.cache.len()
    }

    /// Returns the number of tokens that were refused with [`TokenRefusal::UnknownKey`]. If it grows, new keys may be
    /// needed.
    pub fn unknown_keys(&self) -> u64 {
        self.unknown_keys.load(Ordering::Relaxed)
    }

    /// Sets a hook for each such token. The verifying thread calls it after counting, so it must not block. Any client
    /// can make tokens with unknown keys, so it must not be costly either. Only the first hook is kept.
    pub fn on_unknown_key(&self, hook: Box<dyn Fn() + Send + Sync>) {
        // An error means that there is a hook already.
        let _ = self.on_unknown_key.set(hook);
    }

    fn judge(
        &self,
        text: &str,
        expected: &Expected,
        now: SystemTime,
    ) -> Result<Claims, TokenRefusal> {
        let token = TokenParts::split(text)?;
        let keys = self.keys.load();
        if self.freshness.is_over(now) {
            token.header()?.read::<TokenHeader<'_>>()?.check()?;
            return Err(TokenRefusal::KeysUnavailable);
        }
        let hash = self.cache.hash(text);
        let known = hash.and_then(|hash| self.cache.get(&hash));
        if let Some(known) = known.filter(|known| keys.allows(known.key)) {
            self.times.check(&known.claims, now)?;
            expected.check(&known.claims)?;
            self.tally.cache_hit();
            return Ok(known.claims);
        }
        let (claims, key) = self.examine(&token, &keys)?;
        self.times.check(&claims, now)?;
        expected.check(&claims)?;
        if let Some(hash) = hash {
            let verdict = VerifiedToken {
                claims: claims.clone(),
                key,
            };
            self.cache.insert(hash, verdict);
        }
        Ok(claims)
    }

    /// Makes the checks that do not depend on time and packet. The payload is not read before the signature is good.
    fn examine(
        &self,
        token: &TokenParts<'_>,
        keys: &TrustedKeys,
    ) -> Result<(Claims, KeyUse), TokenRefusal> {
        let header = token.header()?;
        let header = header.read::<TokenHeader<'_>>()?;
        header.check()?;
        if keys.is_empty() {
            return Err(TokenRefusal::KeysUnavailable);
        }
        let key = keys.verify(header.key_id(), token.signed, || token.signature())?;
        let payload = token.payload()?;
        let payload = payload.read::<TokenPayload<'_>>()?;
        if payload.issuer() != Some(&*self.issuer) {
            return Err(TokenRefusal::Issuer);
        }
        Ok((payload.claims(Some(Arc::clone(&self.issuer))), key))
    }
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVerifier")
            .field("issuer", &self.issuer)
            .field("times", &self.times)
            .field("key_ids", &self.key_ids())
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}
