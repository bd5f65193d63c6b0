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
use crate::token_counts::{TokenCounts, TokenTally};
use crate::token_parts::{TokenHeader, TokenParts};
use crate::{Claims, Expected, TokenPolicy, TokenRefusal};

/// Verifies tokens, offline, with keys that can be replaced at any time. Shared by all threads.
///
/// A token is good if it is signed with Ed25519 by the key that its header names, comes from the issuer of the
/// [`TokenPolicy`], has begun and not ended by the clock that is handed in, give or take the skew, has the scope for
/// the client that sent it, a UUID and a name, and fits to the packet that it came in. Good ones are remembered by
/// their hash; of those all is checked again that the hash does not stand for.
pub struct TokenVerifier {
    issuer: Arc<str>,
    clock_skew: Duration,
    max_age: Option<Duration>,
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
    /// A verifier without keys: until it is given some, all tokens are refused with [`TokenRefusal::KeysUnavailable`].
    pub fn new(policy: TokenPolicy) -> Self {
        Self {
            issuer: policy.issuer.into(),
            clock_skew: policy.clock_skew,
            max_age: policy.max_age,
            keys: ArcSwap::default(),
            freshness: Freshness::new(policy.max_stale),
            replacing: Mutex::default(),
            cache: Cache::new(policy.cache),
            tally: TokenTally::default(),
            unknown_keys: AtomicU64::new(0),
            on_unknown_key: OnceLock::new(),
        }
    }

    /// Gives it other keys, in one step: a token is verified with those before or those after it. What was verified
    /// with a key that is gone is forgotten, and so is what a key with the same id and another value had verified.
    pub fn replace_keys(&self, keys: KeySet) -> KeySetChange {
        let guard = self.replacing.lock();
        let _guard = guard.unwrap_or_else(PoisonError::into_inner);
        let (next, change) = self.keys.load().followed_by(keys);
        let next = Arc::new(next);
        self.keys.store(Arc::clone(&next));
        if !change.is_empty() {
            // Only for the memory. Verdicts are held against the keys whenever they are used.
            self.cache.retain(|used| next.allows(used));
        }
        change
    }

    /// Begins with the keys that another verifier has, for one that takes its place with other settings.
    pub fn begin_with_keys_of(&self, other: &Self) {
        let guard = self.replacing.lock();
        let _guard = guard.unwrap_or_else(PoisonError::into_inner);
        self.keys.store(other.keys.load_full());
        self.freshness.begin_with(&other.freshness);
    }

    /// Notes that the source of the keys has just given them, whether they are new or not. From then on they are used
    /// for [`TokenPolicy::max_stale`]. Keys of which this was never noted are used without an end.
    pub fn confirm_keys(&self, now: SystemTime) {
        self.freshness.confirm(now);
    }

    /// Returns how long ago the keys were [confirmed](Self::confirm_keys). None: never.
    pub fn keys_age(&self, now: SystemTime) -> Option<Duration> {
        self.freshness.age(now)
    }

    /// Whether it has keys, however old.
    pub fn has_keys(&self) -> bool {
        !self.keys.load().is_empty()
    }

    /// Whether it has keys that are used at this time.
    pub fn can_verify(&self, now: SystemTime) -> bool {
        self.has_keys() && !self.freshness.is_over(now)
    }

    /// The ids of its keys. That of a key without one is empty.
    pub fn key_ids(&self) -> Vec<String> {
        self.keys.load().ids().map(ToOwned::to_owned).collect()
    }

    /// Says who the player is that shows a token.
    ///
    /// # Errors
    ///
    /// When the token is not good. The checks are made in the order of [`TokenRefusal::ALL`], and the first that fails
    /// says why; but the signature is not decoded before its key is known, and the payload not before its signature
    /// is known to be good.
    pub fn verify(
        &self,
        token: Option<&str>,
        expected: &Expected,
        now: SystemTime,
    ) -> Result<Claims, TokenRefusal> {
        self.counted(self.judge(token.unwrap_or_default(), expected, now))
    }

    /// Says who the player is that shows a token, and binds the token to the certificate of the client that is the
    /// first to show it.
    ///
    /// # Errors
    ///
    /// When the token is not good, another certificate has shown it before, or the client has none.
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
        let skew = i64::try_from(self.clock_skew.as_secs()).unwrap_or(i64::MAX);
        let shown = || {
            Some(Binding {
                token: TokenHash::of(token)?,
                certificate: certificate?,
                player: claims.subject?,
                ends: claims.expires_at?.saturating_add(skew),
            })
        };
        let now = i64::try_from(nanoseconds(now) / SECOND).unwrap_or(i64::MAX);
        shown().is_some_and(|shown| bindings.admit(shown, now))
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

    /// How often it came to what end.
    pub fn counts(&self) -> TokenCounts {
        self.tally.counts()
    }

    /// How many tokens it remembers, [`TokenPolicy::cache`] at most. Those that have ended count until others take
    /// their place. Looks at all of them, so it is for tests and status pages.
    pub fn cached(&self) -> usize {
        self.cache.len()
    }

    /// How many tokens were refused with [`TokenRefusal::UnknownKey`]. More than before: it may be time for new keys.
    pub fn unknown_keys(&self) -> u64 {
        self.unknown_keys.load(Ordering::Relaxed)
    }

    /// Has something called for each such token, by the thread that verifies and after it was counted: it must not
    /// wait. Anybody can make up tokens with unknown keys, so it must not be costly either. The first that is given
    /// stays.
    pub fn on_unknown_key(&self, hook: Box<dyn Fn() + Send + Sync>) {
        // An error says that there is one already.
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
            self.check(&known.claims, expected, now)?;
            self.tally.cache_hit();
            return Ok(known.claims);
        }
        let (claims, key) = self.examine(&token, &keys)?;
        self.check(&claims, expected, now)?;
        if let Some(hash) = hash {
            let verdict = VerifiedToken {
                claims: claims.clone(),
                key,
            };
            self.cache.insert(hash, verdict);
        }
        Ok(claims)
    }

    /// What is the same whenever and by whomever the token is shown. Nothing of the payload is read before the
    /// signature is known to be good.
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

    /// What depends on the time and on the packet.
    fn check(
        &self,
        claims: &Claims,
        expected: &Expected,
        now: SystemTime,
    ) -> Result<(), TokenRefusal> {
        let now = nanoseconds(now);
        let skew = i128::try_from(self.clock_skew.as_nanos()).unwrap_or(i128::MAX / 2);
        let at = |second: i64| i128::from(second) * SECOND;
        let ends = claims.expires_at.ok_or(TokenRefusal::Expired)?;
        if now >= at(ends) + skew {
            return Err(TokenRefusal::Expired);
        }
        if let Some(max_age) = self.max_age {
            let max_age = i128::try_from(max_age.as_nanos()).unwrap_or(i128::MAX / 4);
            let issued = claims.issued_at.ok_or(TokenRefusal::MaxAge)?;
            if now >= at(issued) + max_age + skew {
                return Err(TokenRefusal::MaxAge);
            }
            if at(issued) > now + skew {
                return Err(TokenRefusal::NotYetValid);
            }
        }
        if claims
            .not_before
            .is_some_and(|begins| at(begins) > now + skew)
        {
            return Err(TokenRefusal::NotYetValid);
        }
        expected.check(claims)
    }
}

/// In nanoseconds.
const SECOND: i128 = 1_000_000_000;

/// Since 1970, or before it if negative. No time or duration of this system comes near the bounds.
fn nanoseconds(time: SystemTime) -> i128 {
    let (Ok(time) | Err(time)) = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .map(|after| i128::try_from(after.as_nanos()).unwrap_or(i128::MAX / 2))
        .map_err(|error| {
            let before = error.duration().as_nanos();
            -i128::try_from(before).unwrap_or(i128::MAX / 2)
        });
    time
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVerifier")
            .field("issuer", &self.issuer)
            .field("clock_skew", &self.clock_skew)
            .field("key_ids", &self.key_ids())
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}
