//! Applies a response to a request.

use std::collections::HashSet;

use hyrouter_plugin_api::{Backend, ConnectRequest, ConnectResponse};

use crate::notice::{BackendFault, Notice};
use crate::outcome::Changes;
use crate::settings::OverridePolicy;

/// Applies a response that does not deny.
///
/// Afterwards `selected_index` is the place of the chosen backend among the candidates, or none.
pub(crate) fn apply_response(
    request: &mut ConnectRequest,
    response: ConnectResponse,
    policy: OverridePolicy,
) -> (Changes, Vec<Notice>) {
    let mut applier = ResponseApplier {
        request,
        policy,
        chosen: None,
        place: None,
        changes: Changes::default(),
        notices: Vec::new(),
    };
    let index = applier.replace_candidates(response.candidates, response.selected_index);
    if let Some(index) = index {
        applier.select(index);
    }
    if let Some(backend) = response.backend {
        applier.override_backend(backend);
    }
    applier.choose();
    if let Some(data) = response.referral_data {
        applier.changes.referral_data = applier.request.referral_data.as_ref() != Some(&data);
        applier.request.referral_data = Some(data);
    }
    (applier.changes, applier.notices)
}

struct ResponseApplier<'a> {
    request: &'a mut ConnectRequest,
    policy: OverridePolicy,
    chosen: Option<Backend>,
    /// Place of the selected candidate, since several may have the same address.
    place: Option<usize>,
    changes: Changes,
    notices: Vec<Notice>,
}

impl ResponseApplier<'_> {
    /// Replaces the candidates by the usable backends of the plugin's list. Returns the index in the new list of the
    /// backend at `index` in the plugin's list. Returns `None` if the list is not taken or the entry is left out: the
    /// same index would select another backend.
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
        // One notice for the list, which can have a thousand faults.
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

    /// Returns the place of the backend among the candidates.
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
