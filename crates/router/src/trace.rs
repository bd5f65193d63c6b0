//! The intermediate results of a decision.

use crate::{
    Choice, Maintenance, Router, candidates::Candidates, maintenance::Judgement, pool::Step,
    route::Route,
};

/// Receives the intermediate results of a decision, in the order in which they arise.
///
/// Each method does nothing by default. Its arguments are values that the decision holds anyway, so a decision with
/// [`NoTrace`] compiles to the code of a decision without a trace.
pub(crate) trait Trace {
    /// Receives the route that takes the player.
    fn route(&mut self, _router: &Router, _route: Option<&Route>) {}

    /// Receives the effect of the route's maintenance on the player.
    fn maintenance(&mut self, _maintenance: &Maintenance, _judgement: Judgement) {}

    /// Receives the candidates of a policy. `captured` is the text of the host that each `*` of the pattern matched.
    fn candidates(
        &mut self,
        _route: &Route,
        _step: &Step,
        _candidates: &Candidates<'_>,
        _captured: &[String],
    ) {
    }

    /// Receives the round-robin turn of this decision.
    fn turn(&mut self, _turn: usize) {}

    /// Receives the sum of the weights of all candidates.
    fn total_weight(&mut self, _total: u64) {}

    /// Receives the place of a candidate whose load is compared, in the order of comparison.
    fn compared(&mut self, _place: usize) {}

    /// Receives the candidate that the strategy picked.
    fn picked(&mut self, _choice: &Choice<'_>) {}
}

/// The trace of decisions without an explanation.
pub(crate) struct NoTrace;

impl Trace for NoTrace {}
