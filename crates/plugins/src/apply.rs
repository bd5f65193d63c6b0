//! What a response changes.

use std::collections::HashSet;
use std::fmt;

use hyrouter_plugin_api::{Backend, ConnectRequest, ConnectResponse, Misnamed};
use hyrouter_router::{HostProblem, check_host};

use crate::settings::OverridePolicy;

/// What a response changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Changes {
    /// The list of candidates.
    pub candidates: bool,
    /// The chosen backend.
    pub backend: bool,
    /// What the player's client carries.
    pub referral_data: bool,
}

/// Something in an answer that does not count, or that counts although it is not written as it should be. The rest of
/// the answer counts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// `selected_index` leads out of the candidates.
    IndexOutside {
        /// The index.
        index: i64,
        /// How many candidates there are.
        len: usize,
    },
    /// No player can be sent to the backend that it names.
    Void(BackendFault),
    /// It names a backend that is not a candidate, and [`OverridePolicy::Candidates`] is set.
    Rejected {
        /// Host and port.
        address: String,
    },
    /// A field has a name that is not exactly one of the contract.
    Misnamed(Misnamed),
    /// There is a `deny_reason`, but the player is not denied.
    ReasonWithoutDeny,
}

impl Notice {
    /// The stable code, for logs and metrics.
    pub fn reason_code(&self) -> &'static str {
        match self {
            Self::IndexOutside { .. } => "plugin_index_ignored",
            Self::Void(_) => "plugin_override_void",
            Self::Rejected { .. } => "plugin_override_rejected",
            Self::Misnamed(field) if field.read_as().is_some() => "plugin_field_case",
            Self::Misnamed(_) => "plugin_field_unknown",
            Self::ReasonWithoutDeny => "plugin_reason_ignored",
        }
    }

    /// Whether it counts all the same.
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Misnamed(field) if field.read_as().is_some())
    }

    /// Whether it is about how the answer is written, and so most likely in every answer of the plugin.
    pub const fn is_about_form(&self) -> bool {
        matches!(self, Self::Misnamed(_) | Self::ReasonWithoutDeny)
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IndexOutside { index, len } => {
                write!(f, "selected_index {index} is outside of {len} candidates")
            }
            Self::Void(fault) => write!(f, "backend is void: {fault}"),
            Self::Rejected { address } => write!(f, "{address} is not among the candidates"),
            Self::Misnamed(field) => field.fmt(f),
            Self::ReasonWithoutDeny => {
                f.write_str("deny_reason was ignored, because deny is not true")
            }
        }
    }
}

/// Why no player can be sent to a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BackendFault {
    /// Its host is none.
    Host(HostProblem),
    /// Its port is not one of 1 to 65535.
    BadPort,
}

impl BackendFault {
    fn of(backend: &Backend) -> Option<Self> {
        match check_host(&backend.host) {
            Err(problem) => Some(Self::Host(problem)),
            Ok(()) if backend.port == 0 => Some(Self::BadPort),
            Ok(()) => None,
        }
    }
}

impl fmt::Display for BackendFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(problem) => write!(f, "not a host: {problem}"),
            Self::BadPort => f.write_str("port outside of 1 to 65535"),
        }
    }
}

/// Applies a response that does not deny.
///
/// Afterwards `selected_index` is the place of the chosen backend among the candidates, or none.
pub(crate) fn apply(
    request: &mut ConnectRequest,
    response: ConnectResponse,
    policy: OverridePolicy,
) -> (Changes, Vec<Notice>) {
    let mut step = Step {
        request,
        policy,
        chosen: None,
        place: None,
        changes: Changes::default(),
        notices: Vec::new(),
    };
    let index = step.replace_candidates(response.candidates, response.selected_index);
    if let Some(index) = index {
        step.select(index);
    }
    if let Some(backend) = response.backend {
        step.override_backend(backend);
    }
    step.choose();
    if let Some(data) = response.referral_data {
        step.changes.referral_data = step.request.referral_data.as_ref() != Some(&data);
        step.request.referral_data = Some(data);
    }
    (step.changes, step.notices)
}

struct Step<'a> {
    request: &'a mut ConnectRequest,
    policy: OverridePolicy,
    chosen: Option<Backend>,
    /// Which of several entries with the same address is meant.
    place: Option<usize>,
    changes: Changes,
    notices: Vec<Notice>,
}

impl Step<'_> {
    /// Returns what an index into the plugin's list selects of the list that is taken. An index into a list that was not
    /// taken, or of an entry that is left out, would choose somebody else.
    fn replace_candidates(&mut self, mut list: Vec<Backend>, index: Option<i64>) -> Option<i64> {
        if list.is_empty() {
            return index;
        }
        let chosen = index.and_then(|index| usize::try_from(index).ok());
        let chosen = chosen.filter(|place| *place < list.len());
        let (mut place, mut left_out_before, mut fault) = (0, 0, None);
        let mut is_chosen_void = false;
        list.retain(|backend| {
            let found = BackendFault::of(backend);
            if found.is_some() {
                is_chosen_void |= chosen == Some(place);
                left_out_before += i64::from(chosen.is_some_and(|chosen| place < chosen));
            }
            place += 1;
            fault = fault.or(found);
            found.is_none()
        });
        // One for the list: it can have a thousand of them.
        self.notices.extend(fault.map(Notice::Void));
        if list.is_empty() {
            return None;
        }
        if self.policy == OverridePolicy::Candidates
            && let Some(stranger) = first_stranger(&list, &self.request.candidates)
        {
            self.notices.push(rejected(stranger));
            return None;
        }
        self.changes.candidates = self.request.candidates != list;
        self.request.candidates = list;
        let index = index.filter(|_| !is_chosen_void)?;
        Some(index.saturating_sub(left_out_before))
    }

    fn select(&mut self, index: i64) {
        let candidates = &self.request.candidates;
        let place = usize::try_from(index).ok();
        let Some(entry) = place.and_then(|place| candidates.get(place)) else {
            let len = candidates.len();
            self.notices.push(Notice::IndexOutside { index, len });
            return;
        };
        if let Some(fault) = BackendFault::of(entry) {
            self.notices.push(Notice::Void(fault));
        } else {
            self.chosen = Some(entry.clone());
            self.place = place;
        }
    }

    fn override_backend(&mut self, backend: Backend) {
        if let Some(fault) = BackendFault::of(&backend) {
            self.notices.push(Notice::Void(fault));
        } else if self.policy == OverridePolicy::Candidates
            && place_of(&backend, &self.request.candidates).is_none()
        {
            self.notices.push(rejected(&backend));
        } else {
            self.chosen = Some(backend);
        }
    }

    fn choose(&mut self) {
        if self.chosen.is_none()
            && self.request.backend.is_none()
            && !self.request.candidates.is_empty()
        {
            self.select(0);
        }
        if let Some(chosen) = self.chosen.take() {
            self.changes.backend = self.request.backend.as_ref() != Some(&chosen);
            self.request.backend = Some(chosen);
        }
        self.request.selected_index = self.place();
    }

    /// The place of the backend among the candidates.
    fn place(&self) -> Option<usize> {
        let backend = self.request.backend.as_ref()?;
        let candidates = &self.request.candidates;
        let is_backend = |place: &usize| {
            let entry = candidates.get(*place);
            entry.is_some_and(|entry| entry.is_at_same_address(backend))
        };
        let meant = self.place.or(self.request.selected_index);
        meant
            .filter(is_backend)
            .or_else(|| place_of(backend, candidates))
    }
}

fn place_of(backend: &Backend, candidates: &[Backend]) -> Option<usize> {
    let mut candidates = candidates.iter();
    candidates.position(|candidate| candidate.is_at_same_address(backend))
}

fn first_stranger<'a>(list: &'a [Backend], known: &[Backend]) -> Option<&'a Backend> {
    let known: HashSet<_> = known.iter().map(address).collect();
    list.iter()
        .find(|backend| !known.contains(&address(backend)))
}

fn address(backend: &Backend) -> (&str, u16) {
    (&backend.host, backend.port)
}

fn rejected(backend: &Backend) -> Notice {
    Notice::Rejected {
        address: backend.to_string(),
    }
}
