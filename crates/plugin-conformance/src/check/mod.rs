//! The checks of the suite.

mod cache;
mod calls;
mod fields;
mod kept;
mod known_answers;
mod place;
mod texts;

use std::num::NonZeroUsize;

use self::place::UnknownPlace;
use crate::check_run::CheckRun;
use crate::suite_request::SuiteRequest;

/// Inputs of a check beside the plugin.
#[derive(Debug)]
pub(crate) struct CheckInput {
    /// Number of calls one after the other.
    pub(crate) calls: NonZeroUsize,
    /// Number of calls at the same time.
    pub(crate) parallel: NonZeroUsize,
    /// Requests of the author's cases.
    pub(crate) questions: Vec<SuiteRequest>,
}

/// A check of the suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BuiltInCheck {
    EveryField,
    AbsentFields,
    NullFields,
    UnknownFields(UnknownPlace),
    NoCandidates,
    Texts,
    ManyCandidates,
    BiggestRequest,
    SameAnswer,
    CandidatesKept,
    SelectionKept,
    ReferralDataKept,
    StageDeny,
    CacheKey,
    ParallelCalls,
    ManyCalls,
    Deadline,
}

impl BuiltInCheck {
    /// All checks, in the order in which they run. Many calls stand near the end, since a server can crash in them.
    pub(crate) const ALL: [Self; 23] = [
        Self::EveryField,
        Self::AbsentFields,
        Self::NullFields,
        Self::UnknownFields(UnknownPlace::Request),
        Self::UnknownFields(UnknownPlace::Event),
        Self::UnknownFields(UnknownPlace::Identity),
        Self::UnknownFields(UnknownPlace::Referral),
        Self::UnknownFields(UnknownPlace::ReferralSource),
        Self::UnknownFields(UnknownPlace::Candidate),
        Self::UnknownFields(UnknownPlace::Backend),
        Self::NoCandidates,
        Self::Texts,
        Self::ManyCandidates,
        Self::BiggestRequest,
        Self::SameAnswer,
        Self::CandidatesKept,
        Self::SelectionKept,
        Self::ReferralDataKept,
        Self::StageDeny,
        Self::CacheKey,
        Self::ParallelCalls,
        Self::ManyCalls,
        Self::Deadline,
    ];

    /// Returns the name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::EveryField => "every field",
            Self::AbsentFields => "absent fields",
            Self::NullFields => "null fields",
            Self::UnknownFields(place) => place.name(),
            Self::NoCandidates => "no candidates",
            Self::Texts => "UTF-8",
            Self::ManyCandidates => "many candidates",
            Self::BiggestRequest => "biggest request",
            Self::SameAnswer => "same answer",
            Self::CandidatesKept => "candidates kept",
            Self::SelectionKept => "selection kept",
            Self::ReferralDataKept => "referral data kept",
            Self::StageDeny => "stage deny",
            Self::CacheKey => "cache key",
            Self::ParallelCalls => "parallel calls",
            Self::ManyCalls => "many calls",
            Self::Deadline => "deadline",
        }
    }

    /// Returns what a pass proves.
    pub(crate) const fn proves(self) -> &'static str {
        match self {
            Self::EveryField => "The plugin answers a request in which every field is present.",
            Self::AbsentFields => "The plugin answers a request without any optional field.",
            Self::NullFields => {
                "A null in place of an absent field or list, as the original Hyrouter writes it, changes nothing."
            }
            Self::UnknownFields(_) => "Fields that a later router adds here change nothing.",
            Self::NoCandidates => {
                "The plugin answers a request without candidates, without a backend and with a selected_index of -1."
            }
            Self::Texts => {
                "Texts in every script arrive whole, also when JSON escapes them, and come back as UTF-8."
            }
            Self::ManyCandidates => "The plugin answers a request with 32 candidates.",
            Self::BiggestRequest => {
                "The plugin answers requests of up to 0.7 MB: 1,000 candidates, each with 64 entries in meta, and long texts."
            }
            Self::SameAnswer => {
                "The same request has the same answer each time, also after a request about another player."
            }
            Self::CandidatesKept => {
                "Candidates that the plugin returns have the weight, the meta and the port of the request, or none."
            }
            Self::SelectionKept => {
                "The plugin does not move players to the first candidate or to an empty backend by fields that it always writes."
            }
            Self::ReferralDataKept => {
                "The plugin does not encode the referral data of an earlier plugin a second time, and does not erase it."
            }
            Self::StageDeny => "The plugin denies players, and changes nothing else.",
            Self::CacheKey => {
                "An answer with cache_ttl depends on no field that cache_key does not name."
            }
            Self::ParallelCalls => {
                "Answers to calls at the same time are those of the same calls alone."
            }
            Self::ManyCalls => "The answers of many calls, one after the other, stay the same.",
            Self::Deadline => {
                "Every answer came within the timeout, and a call that the router gives up leaves the plugin able to answer."
            }
        }
    }

    pub(crate) async fn run(self, run: &mut CheckRun<'_>, input: &CheckInput) {
        match self {
            Self::EveryField => fields::every_field(run).await,
            Self::AbsentFields => fields::absent_fields(run).await,
            Self::NullFields => fields::null_fields(run).await,
            Self::UnknownFields(place) => fields::unknown_fields(run, place).await,
            Self::NoCandidates => fields::no_candidates(run).await,
            Self::Texts => texts::texts(run).await,
            Self::ManyCandidates => fields::many_candidates(run).await,
            Self::BiggestRequest => fields::biggest_request(run).await,
            Self::SameAnswer => calls::same_answer(run, input).await,
            Self::CandidatesKept => kept::candidates(run, input).await,
            Self::SelectionKept => kept::selection(run).await,
            Self::ReferralDataKept => kept::referral_data(run).await,
            Self::StageDeny => kept::stage_deny(run, input).await,
            Self::CacheKey => cache::cache_key(run, input).await,
            Self::ParallelCalls => calls::parallel_calls(run, input).await,
            Self::ManyCalls => calls::many_calls(run, input).await,
            Self::Deadline => calls::deadline(run).await,
        }
    }
}
