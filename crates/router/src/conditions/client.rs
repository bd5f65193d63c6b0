use std::fmt;
use std::ops::RangeInclusive;

use ipnet::IpNet;

use super::joined;
use crate::RouteClient;

/// The clients that a route takes. One entry of each list must match; an empty list matches every client. An unknown
/// attribute matches no entry. The default takes every client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientMatch {
    /// Networks of the client's address. An IPv4-mapped IPv6 address counts as the IPv4 address.
    pub networks: Vec<IpNet>,
    /// Application protocols (ALPN).
    pub alpn: Vec<String>,
    /// Build numbers.
    pub builds: Vec<RangeInclusive<i32>>,
    /// Generations of the protocol, by name.
    pub generations: Vec<String>,
    /// Kinds of clients, by name.
    pub kinds: Vec<String>,
    /// Languages. `pt` also matches `pt-BR`; `pt-BR` matches only itself. Case does not count, and `_` equals `-`.
    pub languages: Vec<String>,
}

impl ClientMatch {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether every client that the other takes is taken. Lists are compared only for equality and emptiness.
    pub(super) fn takes_all_of(&self, others: &Self) -> bool {
        fn wide<T: PartialEq>(own: &[T], other: &[T]) -> bool {
            own.is_empty() || own == other
        }
        wide(&self.networks, &others.networks)
            && wide(&self.alpn, &others.alpn)
            && wide(&self.builds, &others.builds)
            && wide(&self.generations, &others.generations)
            && wide(&self.kinds, &others.kinds)
            && wide(&self.languages, &others.languages)
    }

    pub(super) fn failure(&self, client: &RouteClient<'_>) -> Option<&'static str> {
        let named =
            |list: &[String], value: Option<&str>| fits(list, value, |entry, value| entry == value);
        let ip = client.ip.map(|ip| ip.to_canonical());
        [
            (
                fits(&self.networks, ip, |network, ip| network.contains(ip)),
                "the client connects from elsewhere",
            ),
            (
                named(&self.alpn, client.alpn),
                "the client speaks another application protocol",
            ),
            (
                fits(&self.builds, client.build, RangeInclusive::contains),
                "the client is of another build",
            ),
            (
                named(&self.generations, client.generation),
                "the client is of another generation",
            ),
            (
                named(&self.kinds, client.kind),
                "the client is of another kind",
            ),
            (
                fits(&self.languages, client.language, |entry, tag| {
                    takes(entry, tag)
                }),
                "the client has another language",
            ),
        ]
        .into_iter()
        .find_map(|(fits, why)| (!fits).then_some(why))
    }
}

fn fits<E, V>(list: &[E], value: Option<V>, fits: impl Fn(&E, &V) -> bool) -> bool {
    list.is_empty() || value.is_some_and(|value| list.iter().any(|entry| fits(entry, &value)))
}

/// Returns whether a language tag equals the entry or is a regional form of it.
fn takes(entry: &str, tag: &str) -> bool {
    let fold = |byte: u8| match byte {
        b'_' => b'-',
        byte => byte.to_ascii_lowercase(),
    };
    let mut rest = tag.bytes().map(fold);
    entry
        .bytes()
        .map(fold)
        .all(|byte| rest.next() == Some(byte))
        && matches!(rest.next(), None | Some(b'-'))
}

impl fmt::Display for ClientMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let builds: Vec<_> = self.builds.iter().map(BuildRange).collect();
        let asked = [
            ("ip", joined(&self.networks)),
            ("alpn", joined(&self.alpn)),
            ("build", joined(&builds)),
            ("generation", joined(&self.generations)),
            ("client type", joined(&self.kinds)),
            ("language", joined(&self.languages)),
        ];
        let asked = asked.iter().filter(|(_, values)| !values.is_empty());
        let words: Vec<_> = asked
            .map(|(what, values)| format!("{what} {values}"))
            .collect();
        f.write_str(&words.join(", "))
    }
}

/// Writes a range in the form of the configuration: `100..120`, `208..`, `..53` or `242`.
struct BuildRange<'r>(&'r RangeInclusive<i32>);

impl fmt::Display for BuildRange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (*self.0.start(), *self.0.end());
        if first == last {
            return write!(f, "{first}");
        }
        if first != i32::MIN {
            write!(f, "{first}")?;
        }
        f.write_str("..")?;
        if last != i32::MAX {
            write!(f, "{last}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::takes;

    #[test]
    fn a_language_takes_its_regions() {
        for (entry, tag, expected) in [
            ("pt", "pt", true),
            ("pt", "PT_br", true),
            ("pt-BR", "pt_br", true),
            ("pt-BR", "pt", false),
            ("pt", "ptx", false),
            ("p", "pt", false),
            ("pt", "", false),
        ] {
            assert_eq!(takes(entry, tag), expected, "{entry} {tag}");
        }
    }
}
