//! The checks of a configuration, so that two configurations can be compared: a reload must not remove a check because
//! a file was cut off.

mod gather;
mod layers;
mod lowered;

use std::collections::BTreeMap;

pub(crate) use self::layers::Layers;
pub use self::lowered::LoweredCheck;

/// Checks of a configuration. Each has a strictness, and whether it is written.
///
/// A reload applies these of them: `identity.mode`, `identity.bind_certificate`, `identity.max_age`,
/// `limits.allow`, `limits.deny`, `limits.retry`, `protocol.unknown`, whether and how referrals are signed, the end of
/// accepted keys, and the plugins that are enforced with their `stage`, `mode`, `on_error`, `override`, `config` and
/// TLS.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    own: Vec<Check>,
    /// Plugins by name.
    plugins: BTreeMap<String, PluginChecks>,
    /// Keys of `referral.accept` by id.
    accepted: BTreeMap<u8, Vec<Check>>,
    /// `true` if `plugins` is written, and not as the end of a file that may have been cut off.
    lists_plugins: bool,
}

#[derive(Clone, Debug)]
struct PluginChecks {
    is_enforced: bool,
    /// `true` if players are refused without the plugin.
    is_required: bool,
    own: Vec<Check>,
}

#[derive(Clone, Debug)]
struct Check {
    /// The key, from the top or within its plugin.
    key: &'static str,
    path: String,
    /// Strictness: 0 checks nothing, higher values are stricter.
    level: usize,
    /// The value, for messages.
    value: String,
    /// `true` if the value is written, `false` for a default.
    is_written: bool,
    /// Text that an operator writes to switch the check off.
    advice: String,
}

impl Checks {
    /// Returns the checks of `before` that are missing or less strict here.
    pub fn lowered_from(&self, before: &Self) -> Vec<LoweredCheck> {
        let mut found = lowered::among(&before.own, &self.own);
        for (name, was) in before.plugins.iter().filter(|(_, was)| was.is_enforced) {
            match self.plugins.get(name) {
                Some(now) => {
                    let of_plugin = lowered::among(&was.own, &now.own);
                    found.extend(of_plugin.into_iter().map(|lowered| lowered.of_plugin(name)));
                }
                None if was.is_required => {
                    found.push(LoweredCheck::plugin_gone(name, self.lists_plugins));
                }
                None => {}
            }
        }
        for (id, was) in &before.accepted {
            if let Some(now) = self.accepted.get(id) {
                found.extend(lowered::among(was, now));
            }
        }
        found
    }

    /// Takes over each check of `other` that is stricter than here, so that later ones can be compared with the
    /// strictest that there was.
    pub fn raise(&mut self, other: &Self) {
        raise(&mut self.own, &other.own);
        for (name, theirs) in &other.plugins {
            match self.plugins.get_mut(name) {
                Some(ours) => {
                    ours.is_enforced |= theirs.is_enforced;
                    ours.is_required |= theirs.is_required;
                    raise(&mut ours.own, &theirs.own);
                }
                None => _ = self.plugins.insert(name.clone(), theirs.clone()),
            }
        }
        for (id, theirs) in &other.accepted {
            raise(self.accepted.entry(*id).or_default(), theirs);
        }
    }
}

fn raise(ours: &mut Vec<Check>, theirs: &[Check]) {
    for check in theirs {
        match ours.iter_mut().find(|known| known.key == check.key) {
            Some(known) if known.level < check.level => *known = check.clone(),
            Some(_) => {}
            None => ours.push(check.clone()),
        }
    }
}
