//! One session with an engine: a stream of events and a list of containers after each change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::address::EngineAddress;
use super::backend;
use super::engine::Engine;
use super::error::EngineError;
use super::events::{ContainerEvent, Events};
use super::labels::ENABLE;
use super::listing::{Container, Listed};
use crate::{DiscoveredBackend, DockerSettings, EntryProblem, Publisher};

/// Minimum time between two lists. Events within it lead to one list.
const SPACING: Duration = Duration::from_millis(100);
/// Time between a list after an event and a second one: Docker sends some events before its list shows the change.
const SETTLING: Duration = Duration::from_millis(250);
/// Time after which the containers are listed without an event.
const RELIST: Duration = Duration::from_mins(1);
/// The same for an engine that sends no event when a container begins to stop.
const QUICK_RELIST: Duration = Duration::from_secs(1);
/// Quick lists take at most this part of the time: the list of Podman takes about 3 ms per container.
const QUICK_SHARE: u32 = 20;
/// Time after which a container that was asked to stop and still runs is used again.
const STOPPING: Duration = Duration::from_mins(10);

pub(super) struct Session<'s> {
    settings: &'s DockerSettings,
    engine: Engine,
    events: Events,
    /// Ids of containers that were asked to stop, with the time until which they are left out.
    stopping: BTreeMap<String, Instant>,
}

impl<'s> Session<'s> {
    /// Connects. Events come from here on, so that a change after the first list is not missed.
    pub(super) async fn begin(
        settings: &'s DockerSettings,
        address: &Arc<EngineAddress>,
    ) -> Result<Self, EngineError> {
        let engine = Engine::find(settings, address).await?;
        let events = engine.events().await?;
        Ok(Self {
            settings,
            engine,
            events,
            stopping: BTreeMap::new(),
        })
    }

    /// Publishes the containers after each change, until the engine fails.
    pub(super) async fn follow(mut self, publisher: &Publisher) -> EngineError {
        let mut is_after_event = false;
        loop {
            let begun = Instant::now();
            if let Err(error) = self.publish(publisher).await {
                return error;
            }
            let wait = if is_after_event {
                SETTLING
            } else {
                self.relist_after(begun.elapsed())
            };
            is_after_event = match self.event_until(begun + wait).await {
                Ok(has_event) => has_event,
                Err(error) => return error,
            };
        }
    }

    fn relist_after(&self, list_took: Duration) -> Duration {
        if self.engine.reports_stopping() {
            RELIST
        } else {
            QUICK_RELIST.max(list_took * QUICK_SHARE).min(RELIST)
        }
    }

    /// Waits for an event until a time, and returns whether there was one. Takes all events that come within the minimum
    /// time between two lists.
    async fn event_until(&mut self, end: Instant) -> Result<bool, EngineError> {
        let earliest = Instant::now() + SPACING;
        let Ok(first) = timeout_at(end, self.events.next()).await else {
            return Ok(false);
        };
        self.take(first?);
        while let Ok(event) = timeout_at(earliest, self.events.next()).await {
            self.take(event?);
        }
        Ok(true)
    }

    fn take(&mut self, event: ContainerEvent) {
        match event {
            ContainerEvent::Stopping(id) => {
                self.stopping.insert(id, Instant::now() + STOPPING);
            }
            ContainerEvent::Started(id) => {
                self.stopping.remove(&id);
            }
            ContainerEvent::Changed => {}
        }
    }

    async fn publish(&mut self, publisher: &Publisher) -> Result<(), EngineError> {
        // In this order: a container that became unhealthy between the two is out. One that recovered comes in with the
        // list after its event.
        let listed = self.engine.containers().await?;
        let not_healthy = self.engine.not_healthy().await?;
        let not_healthy: BTreeSet<_> = containers(&not_healthy)
            .map(|one| one.id.as_str())
            .collect();
        let now = Instant::now();
        let ids: BTreeSet<_> = containers(&listed).map(|one| one.id.as_str()).collect();
        self.stopping
            .retain(|id, until| *until > now && ids.contains(id.as_str()));
        let is_out = |container: &Container| {
            let id = container.id.as_str();
            !container.is_running() || not_healthy.contains(id) || self.stopping.contains_key(id)
        };
        let mut usable: Vec<_> = containers(&listed)
            .filter(|container| self.selects(container) && !is_out(container))
            .collect();
        usable.sort_unstable_by_key(|container| (container.name(), &container.id));
        let (backends, mut problems) = self.read(&usable);
        problems.extend(foreign(&listed));
        publisher.publish(backends, problems);
        Ok(())
    }

    /// Returns whether the labels are those of a backend. An engine may ignore filters.
    fn selects(&self, container: &Container) -> bool {
        let label = |key: &str| container.label(key);
        label(ENABLE) == Some("true") && self.settings.selector.selects(label)
    }

    fn read(&self, containers: &[&Container]) -> (Vec<DiscoveredBackend>, Vec<EntryProblem>) {
        let (mut backends, mut problems) = (Vec::new(), Vec::new());
        for container in containers {
            match backend::read(container, &self.settings.address) {
                Ok(backend) => backends.push(backend),
                Err(problem) => problems.push(problem),
            }
        }
        (backends, problems)
    }
}

fn containers(listed: &[Listed]) -> impl Iterator<Item = &Container> {
    listed.iter().filter_map(|one| match one {
        Listed::Container(container) => Some(container),
        Listed::Foreign(_) => None,
    })
}

fn foreign(listed: &[Listed]) -> impl Iterator<Item = EntryProblem> {
    let indexed = listed.iter().enumerate();
    indexed.filter_map(|(index, one)| match one {
        Listed::Container(_) => None,
        Listed::Foreign(_) => {
            let entry = format!("containers[{index}]");
            Some(EntryProblem::new(entry, "it is not what the API describes"))
        }
    })
}
