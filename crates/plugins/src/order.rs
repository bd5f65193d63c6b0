//! The order of plugins.

use std::collections::HashMap;

use crate::error::{ChainError, ChainProblem, Relation};
use crate::settings::ChainSettings;

/// Returns the indexes of plugins with these settings in the order in which a chain calls them, without the plugins.
///
/// # Errors
///
/// The settings are wrong, as in [`Chain::new`](crate::Chain::new); the error has every problem.
pub fn check_order(plugins: &[&ChainSettings]) -> Result<Vec<usize>, ChainError> {
    let mut problems = Vec::new();
    check_timeouts(plugins, &mut problems);
    let places = places(plugins, &mut problems);
    let mut graph = Graph::new(plugins, &places, &mut problems);
    let order = graph.sort(&mut problems);
    if problems.is_empty() {
        Ok(order)
    } else {
        Err(ChainError { problems })
    }
}

fn check_timeouts(plugins: &[&ChainSettings], problems: &mut Vec<ChainProblem>) {
    let without = plugins.iter().filter(|plugin| plugin.timeout.is_zero());
    problems.extend(without.map(|plugin| ChainProblem::ZeroTimeout {
        plugin: plugin.name.clone(),
    }));
}

/// Returns the first index of each name.
fn places<'a>(
    plugins: &[&'a ChainSettings],
    problems: &mut Vec<ChainProblem>,
) -> HashMap<&'a str, usize> {
    let mut places = HashMap::with_capacity(plugins.len());
    for (index, plugin) in plugins.iter().enumerate() {
        let first = *places.entry(plugin.name.as_str()).or_insert(index);
        if first != index {
            let name = plugin.name.clone();
            problems.push(ChainProblem::DuplicateName { name, first, index });
        }
    }
    places
}

/// Graph of the plugins: for each, those that run before it.
struct Graph<'a> {
    plugins: &'a [&'a ChainSettings],
    nodes: Vec<Node>,
}

#[derive(Clone, Default)]
struct Node {
    /// Indexes of the plugins of the same stage that run before this one.
    earlier: Vec<usize>,
    is_placed: bool,
}

impl<'a> Graph<'a> {
    fn new(
        plugins: &'a [&'a ChainSettings],
        places: &HashMap<&str, usize>,
        problems: &mut Vec<ChainProblem>,
    ) -> Self {
        let mut graph = Self {
            plugins,
            nodes: vec![Node::default(); plugins.len()],
        };
        for (index, plugin) in plugins.iter().enumerate() {
            let before = plugin.before.iter().map(|name| (Relation::Before, name));
            let after = plugin.after.iter().map(|name| (Relation::After, name));
            for (relation, name) in before.chain(after) {
                let known = places
                    .get(name.as_str())
                    .and_then(|&other| Some((other, *plugins.get(other)?)));
                let Some((other, named)) = known else {
                    problems.push(graph.unknown(plugin, relation, name));
                    continue;
                };
                let (earlier, later) = match relation {
                    Relation::Before => ((index, *plugin), (other, named)),
                    Relation::After => ((other, named), (index, *plugin)),
                };
                if earlier.1.stage > later.1.stage {
                    problems.push(contradiction(plugin, relation, named));
                } else if earlier.1.stage == later.1.stage {
                    graph.add(earlier.0, later.0);
                }
            }
        }
        graph
    }

    fn add(&mut self, earlier: usize, later: usize) {
        if let Some(node) = self.nodes.get_mut(later) {
            node.earlier.push(earlier);
        }
    }

    fn unknown(&self, plugin: &ChainSettings, relation: Relation, name: &str) -> ChainProblem {
        let others = self
            .plugins
            .iter()
            .filter(|other| other.name != plugin.name);
        ChainProblem::UnknownName {
            plugin: plugin.name.clone(),
            relation,
            name: name.to_owned(),
            known: others.map(|other| other.name.clone()).collect(),
        }
    }

    /// Places the first free plugin of the earliest stage until all are placed. A cycle is reported and then placed, so that
    /// all cycles are found.
    fn sort(&mut self, problems: &mut Vec<ChainProblem>) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.nodes.len());
        while order.len() < self.nodes.len() {
            if let Some(next) = self.next_free() {
                self.place(next, &mut order);
                continue;
            }
            let cycle = self.cycle();
            let names = cycle.iter().chain(cycle.first());
            let names = names.filter_map(|&index| self.plugins.get(index));
            problems.push(ChainProblem::Cycle {
                path: names.map(|plugin| plugin.name.clone()).collect(),
            });
            for index in cycle {
                self.place(index, &mut order);
            }
        }
        order
    }

    fn next_free(&self) -> Option<usize> {
        let free = self.unplaced().filter(|(_, node)| {
            let mut earlier = node.earlier.iter();
            earlier.all(|&earlier| self.is_placed(earlier))
        });
        // Of plugins with the same stage `min_by_key` gives the first.
        free.map(|(index, _)| index)
            .min_by_key(|&index| self.plugins.get(index).map(|plugin| plugin.stage))
    }

    fn unplaced(&self) -> impl Iterator<Item = (usize, &Node)> {
        let nodes = self.nodes.iter().enumerate();
        nodes.filter(|(_, node)| !node.is_placed)
    }

    fn is_placed(&self, index: usize) -> bool {
        self.nodes.get(index).is_none_or(|node| node.is_placed)
    }

    fn place(&mut self, index: usize, order: &mut Vec<usize>) {
        if let Some(node) = self.nodes.get_mut(index) {
            node.is_placed = true;
        }
        order.push(index);
    }

    /// Returns a cycle in the order in which its plugins would run, beginning with the first in the configuration. There is
    /// one when no plugin is free, because each waits for another.
    fn cycle(&self) -> Vec<usize> {
        let mut path = Vec::new();
        let mut at = self.unplaced().next().map(|(index, _)| index);
        while let Some(index) = at {
            if let Some(start) = path.iter().position(|&seen| seen == index) {
                path.drain(..start);
                break;
            }
            path.push(index);
            at = self.nodes.get(index).and_then(|node| {
                let mut earlier = node.earlier.iter().copied();
                earlier.find(|&earlier| !self.is_placed(earlier))
            });
        }
        path.reverse();
        let first = path.iter().enumerate().min_by_key(|(_, index)| **index);
        let first = first.map_or(0, |(at, _)| at);
        path.rotate_left(first);
        path
    }
}

fn contradiction(
    plugin: &ChainSettings,
    relation: Relation,
    named: &ChainSettings,
) -> ChainProblem {
    ChainProblem::Contradiction {
        plugin: plugin.name.clone(),
        stage: plugin.stage,
        relation,
        name: named.name.clone(),
        other_stage: named.stage,
    }
}
