//! What a decision shows of itself on its way.

use crate::{
    Choice, Maintenance, Router, candidates::Candidates, maintenance::Judgement, pool::Step,
    route::Route,
};

/// Receives the intermediate results of a decision, in the order in which they arise.
///
/// Each method does nothing by default. It is given only references to what the decision holds anyway, so that a
/// decision with [`NoTrace`] compiles to the code that it would be without a trace.
pub(crate) trait Trace {
    /// The route that takes the player.
    fn route(&mut self, _router: &Router, _route: Option<&Route>) {}

    /// What the route's maintenance means for the player.
    fn maintenance(&mut self, _maintenance: &Maintenance, _judgement: Judgement) {}

    /// What a policy left of the route's backends. `captured` is what the route's pattern took of the host.
    fn candidates(
        &mut self,
        _route: &Route,
        _step: &Step,
        _candidates: &Candidates<'_>,
        _captured: &[String],
    ) {
    }

    /// The turn of this decision under round robin.
    fn turn(&mut self, _turn: usize) {}

    /// The sum of the weights of all candidates.
    fn total_weight(&mut self, _total: u64) {}

    /// The place of a candidate whose load is compared, in the order of comparison.
    fn compared(&mut self, _place: usize) {}

    /// The candidate that the strategy picked.
    fn picked(&mut self, _choice: &Choice<'_>) {}
}

/// The trace of decisions that nobody explains.
pub(crate) struct NoTrace;

impl Trace for NoTrace {}
