//! Commands that drain backends and set maintenance.

use std::sync::Arc;
use std::time::SystemTime;

use hyrouter_admin::CommandError;
use hyrouter_config::{MaintenanceSettings, Settings};
use hyrouter_router::Backend;

use super::task::{Active, Reconfigurer};
use crate::address;
use crate::build::Assembly;
use crate::reconfigure::Overrides;
use crate::snapshot::Snapshot;
use crate::timestamp;

impl Reconfigurer {
    pub(super) async fn drain_backend(
        &mut self,
        address: &str,
        drained: bool,
    ) -> Result<(), CommandError> {
        let unknown = || CommandError::Unknown(format!("there is no backend {address:?}"));
        let (host, port) = address::parse_backend(address).ok_or_else(unknown)?;
        let now = self.state.active.load_full();
        let snapshot = self.state.handler.current();
        let is_it = |backend: &&Backend| backend.host == host && backend.port == port;
        let found = backends(&now.assembly.settings)
            .chain(snapshot.discovery.backends())
            .find(is_it);
        // A backend that the configuration no longer has can still be undrained.
        if found.is_none() && (drained || !now.overrides.is_drained(host, port)) {
            return Err(unknown());
        }
        let stays_drained = !drained && found.is_some_and(|backend| backend.drained);
        let mut overrides = now.overrides.clone();
        if overrides.drain(host, port, drained) {
            self.command(overrides).await?;
            if drained {
                tracing::info!(backend = address, "backend drained");
            } else {
                tracing::info!(backend = address, "backend drain ended");
            }
        }
        if stays_drained {
            return Err(CommandError::failed(format!(
                "{address} is drained by the configuration or its discovery provider; change it there"
            )));
        }
        Ok(())
    }

    pub(super) async fn maintain(
        &mut self,
        route: &str,
        maintenance: Option<serde_json::Value>,
    ) -> Result<(), CommandError> {
        let now = self.state.active.load_full();
        let is_known = {
            let snapshot = self.state.handler.current();
            let mut routes = snapshot.gateway.router().routes();
            routes.any(|known| &**known.name == route)
        };
        let mut overrides = now.overrides.clone();
        let settings = match &maintenance {
            Some(_) if !is_known => return Err(unknown_route(route)),
            Some(written) => {
                Some(closed(written, SystemTime::now())?).filter(|settings| settings.enabled)
            }
            None => None,
        };
        if let (Some(settings), Some(written)) = (settings, maintenance) {
            overrides.maintain(route, settings, written);
            self.command(overrides).await?;
            tracing::info!(route, "maintenance set");
        } else if overrides.end_maintenance(route) {
            self.command(overrides).await?;
            tracing::info!(route, "maintenance ended");
        } else if now.assembly.settings.maintenance.contains_key(route) {
            return Err(CommandError::failed(format!(
                "{route:?} is under maintenance by the configuration; change it there"
            )));
        } else if !is_known {
            return Err(unknown_route(route));
        }
        Ok(())
    }

    /// Applies commands.
    async fn command(&mut self, overrides: Overrides) -> Result<(), CommandError> {
        let assembly = Arc::clone(&self.state.active.load().assembly);
        let made = self.snapshot(&assembly, &overrides).await;
        self.state
            .handler
            .replace(made.map_err(CommandError::failed)?);
        self.state.active.store(Arc::new(Active {
            assembly,
            overrides,
        }));
        Ok(())
    }

    /// Compiles the active configuration with these commands. Takes seconds with 100,000 routes, and reads no file.
    pub(super) async fn snapshot(
        &self,
        assembly: &Arc<Assembly>,
        overrides: &Overrides,
    ) -> Result<Snapshot, String> {
        let handler = self.state.handler.clone();
        let (assembly, overrides) = (Arc::clone(assembly), overrides.clone());
        let making = tokio::task::spawn_blocking(move || handler.snapshot(&assembly, &overrides));
        let made = making.await.map_err(|error| error.to_string())?;
        made.map_err(|error| error.to_string())
    }
}

fn unknown_route(route: &str) -> CommandError {
    CommandError::Unknown(format!("there is no route {route:?}"))
}

/// Reads a maintenance from the JSON of a command.
fn closed(
    written: &serde_json::Value,
    now: SystemTime,
) -> Result<MaintenanceSettings, CommandError> {
    let settings =
        MaintenanceSettings::from_json(written).map_err(|mistakes| CommandError::Invalid {
            message: "the maintenance is invalid".to_owned(),
            mistakes: mistakes.iter().map(ToString::to_string).collect(),
        })?;
    match settings.rule.until {
        Some(until) if settings.enabled && until <= now => Err(CommandError::failed(format!(
            "until: {} is in the past, it is {} now; set a later time, or omit `until`",
            timestamp::text(until),
            timestamp::text(now)
        ))),
        _ => Ok(settings),
    }
}

/// Returns all backends of a configuration.
fn backends(settings: &Settings) -> impl Iterator<Item = &Backend> {
    let pools = settings.routing.routes.iter().map(|route| &route.pool);
    let pools = pools.chain(&settings.routing.default);
    pools.flat_map(|pool| &pool.backends)
}
