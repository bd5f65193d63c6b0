//! Counters by code.

use std::marker::PhantomData;

use hyrouter_admin::AccessRefusal;
use hyrouter_gateway::{IdentityResult, Reason, TicketResult};
use hyrouter_plugin_api::PluginErrorCode;
use hyrouter_proxy::CloseReason;
use prometheus_client::metrics::counter::Counter;

/// A fixed set of codes, which are values of a label.
pub(crate) trait Code: Copy + 'static {
    /// All codes.
    const ALL: &'static [Self];

    /// Returns the place in [`ALL`](Self::ALL).
    fn index(self) -> usize;

    /// Returns the value of the label.
    fn as_str(self) -> &'static str;
}

macro_rules! codes {
    ($($this:ident: $code:ty => $index:expr),+ $(,)?) => {
        $(impl Code for $code {
            const ALL: &'static [Self] = &<$code>::ALL;

            fn index(self) -> usize {
                let $this = self;
                $index
            }

            fn as_str(self) -> &'static str {
                <$code>::as_str(self)
            }
        })+
    };
}

codes! {
    reason: Reason => reason.index(),
    reason: CloseReason => reason as usize,
    result: IdentityResult => result.index(),
    result: TicketResult => result.index(),
    code: PluginErrorCode => code as usize,
    refusal: AccessRefusal => refusal as usize,
}

/// One counter for each code. To count costs an index and one atomic addition, and no input makes another label.
#[derive(Debug)]
pub(crate) struct CodeCounters<C> {
    counters: Box<[Counter]>,
    codes: PhantomData<C>,
}

impl<C: Code> Default for CodeCounters<C> {
    fn default() -> Self {
        Self {
            counters: C::ALL.iter().map(|_| Counter::default()).collect(),
            codes: PhantomData,
        }
    }
}

impl<C: Code> CodeCounters<C> {
    /// Counts an event with this code.
    pub(crate) fn inc(&self, code: C) {
        if let Some(counter) = self.counters.get(code.index()) {
            counter.inc();
        }
    }

    /// Returns the number of events with this code.
    pub(crate) fn get(&self, code: C) -> u64 {
        let counter = self.counters.get(code.index());
        counter.map_or(0, Counter::get)
    }

    /// Returns all codes with their counts.
    pub(crate) fn all(&self) -> impl Iterator<Item = (C, u64)> {
        let counts = self.counters.iter().map(Counter::get);
        C::ALL.iter().copied().zip(counts)
    }

    /// Returns the codes that were counted, with their counts.
    pub(crate) fn seen(&self) -> impl Iterator<Item = (C, u64)> {
        self.all().filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each_code_has_its_own_counter<C: Code>() {
        let counters = CodeCounters::<C>::default();
        for (place, code) in C::ALL.iter().enumerate() {
            assert_eq!(code.index(), place, "{}", code.as_str());
            for _ in 0..=place {
                counters.inc(*code);
            }
        }
        let counts: Vec<_> = counters.seen().map(|(_, count)| count).collect();
        let expected: Vec<_> = (1..).take(C::ALL.len()).collect();
        assert_eq!(counts, expected);
    }

    #[test]
    fn codes_are_counted_one_by_one() {
        each_code_has_its_own_counter::<Reason>();
        each_code_has_its_own_counter::<CloseReason>();
        each_code_has_its_own_counter::<IdentityResult>();
        each_code_has_its_own_counter::<TicketResult>();
        each_code_has_its_own_counter::<PluginErrorCode>();
        each_code_has_its_own_counter::<AccessRefusal>();
    }
}
