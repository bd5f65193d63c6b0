//! A [`AdminControl`] that notes what it is asked.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ThreadId;

use hyrouter_admin::{
    AccessRefusal, AdminControl, BackendsQuery, BackendsReport, CommandError, CommandFuture,
    HealthProblem, HealthReport, RecordingCommand, ReloadReport, RouterStatus,
};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

pub struct Fake {
    pub live: Mutex<Vec<HealthProblem>>,
    pub ready: Mutex<Vec<HealthProblem>>,
    pub warnings: Mutex<Vec<HealthProblem>>,
    pub status: Mutex<RouterStatus>,
    /// How many statuses were made.
    pub statuses: AtomicUsize,
    /// Commands as they were begun, and `done` after each that ended.
    pub told: watch::Sender<Vec<String>>,
    pub reload: Mutex<Result<ReloadReport, CommandError>>,
    /// Reloads take one each.
    pub reloads: std::sync::Arc<Semaphore>,
    pub decisions: Mutex<Vec<Value>>,
    /// What was asked, and on which thread.
    pub threads: Mutex<Vec<(&'static str, ThreadId)>>,
    pub refused: Mutex<Vec<AccessRefusal>>,
    /// What `status` does besides.
    pub tick: Mutex<Option<fn(&mut RouterStatus)>>,
}

impl Default for Fake {
    fn default() -> Self {
        Self {
            live: Mutex::default(),
            ready: Mutex::default(),
            warnings: Mutex::default(),
            status: Mutex::default(),
            statuses: AtomicUsize::default(),
            told: watch::Sender::default(),
            reload: Mutex::new(Ok(ReloadReport::default())),
            reloads: std::sync::Arc::new(Semaphore::new(1000)),
            decisions: Mutex::default(),
            threads: Mutex::default(),
            refused: Mutex::default(),
            tick: Mutex::default(),
        }
    }
}

impl Fake {
    fn note_thread(&self, asked: &'static str) {
        let here = std::thread::current().id();
        self.threads.lock().unwrap().push((asked, here));
    }

    pub fn note(&self, what: impl Into<String>) {
        self.told.send_modify(|told| told.push(what.into()));
    }

    pub fn told(&self) -> Vec<String> {
        self.told.borrow().clone()
    }
}

pub fn problem(part: &str, problem: &str) -> HealthProblem {
    HealthProblem {
        part: part.into(),
        problem: problem.into(),
    }
}

impl AdminControl for Fake {
    fn live(&self) -> HealthReport {
        self.note_thread("live");
        let problems = self.live.lock().unwrap().clone();
        HealthReport {
            problems,
            ..HealthReport::default()
        }
    }

    fn ready(&self) -> HealthReport {
        self.note_thread("ready");
        HealthReport {
            problems: self.ready.lock().unwrap().clone(),
            warnings: self.warnings.lock().unwrap().clone(),
        }
    }

    fn metrics(&self) -> String {
        self.note_thread("metrics");
        "# TYPE a counter\na_total 1\n# EOF\n".into()
    }

    fn status(&self) -> RouterStatus {
        self.note_thread("status");
        self.statuses.fetch_add(1, Ordering::SeqCst);
        let mut status = self.status.lock().unwrap();
        if let Some(tick) = *self.tick.lock().unwrap() {
            tick(&mut status);
        }
        status.clone()
    }

    fn backends(&self, query: &BackendsQuery) -> Result<BackendsReport, CommandError> {
        let BackendsQuery {
            provider,
            route,
            offset,
            limit,
        } = query;
        self.note(format!(
            "backends {provider:?} {route:?} {offset} {limit:?}"
        ));
        if provider.as_deref() == Some("unknown") {
            return Err(CommandError::Unknown("no such provider".into()));
        }
        Ok(BackendsReport {
            total: 3,
            next: Some(2),
            ..BackendsReport::default()
        })
    }

    fn decisions(&self, limit: usize) -> Vec<Value> {
        self.note(format!("decisions {limit}"));
        self.decisions
            .lock()
            .unwrap()
            .iter()
            .take(limit)
            .cloned()
            .collect()
    }

    fn explain(&self, question: Value) -> CommandFuture<Value> {
        Box::pin(async move {
            if question["sni"].is_string() {
                return Ok(json!({"asked": question}));
            }
            Err(CommandError::Invalid {
                message: "the question is not complete".into(),
                mistakes: vec![
                    "sni: is missing".into(),
                    "language: has no such code".into(),
                ],
            })
        })
    }

    fn reload(&self) -> CommandFuture<ReloadReport> {
        self.note("reload");
        let (result, told) = (self.reload.lock().unwrap().clone(), self.told.clone());
        let reloads = self.reloads.clone();
        Box::pin(async move {
            reloads.acquire().await.unwrap().forget();
            told.send_modify(|told| told.push("done".into()));
            result
        })
    }

    fn drain(&self) -> Result<(), CommandError> {
        self.note("drain");
        Ok(())
    }

    fn drain_backend(&self, address: &str, drained: bool) -> CommandFuture<()> {
        self.note(format!("drain {address} {drained}"));
        let unknown = address.starts_with("unknown");
        let mut status = self.status.lock().unwrap();
        for backend in status
            .routes
            .iter_mut()
            .flat_map(|route| &mut route.backends)
        {
            if backend.address == address {
                backend.drained = drained.then(|| "command".to_owned());
            }
        }
        Box::pin(async move {
            if unknown {
                return Err(CommandError::Unknown("no route has this backend".into()));
            }
            Ok(())
        })
    }

    fn maintain(&self, route: &str, maintenance: Option<Value>) -> CommandFuture<()> {
        let shown = maintenance
            .as_ref()
            .map_or("ended".into(), Value::to_string);
        self.note(format!("maintain {route} {shown}"));
        for known in &mut self.status.lock().unwrap().routes {
            if known.name == route {
                known.maintenance.clone_from(&maintenance);
            }
        }
        Box::pin(async { Ok(()) })
    }

    fn start_recording(&self, plugin: &str, command: RecordingCommand) -> Result<(), CommandError> {
        let RecordingCommand {
            cases,
            seconds,
            keep,
        } = command;
        self.note(format!("record {plugin} {cases} {seconds} {keep:?}"));
        if plugin == "busy" {
            return Err(CommandError::failed("it is running"));
        }
        Ok(())
    }

    fn recording(&self, plugin: &str) -> Result<Value, CommandError> {
        if plugin == "unknown" {
            return Err(CommandError::Unknown("no such plugin".into()));
        }
        Ok(json!({"calls": 1}))
    }

    fn stop_recording(&self, plugin: &str) -> Result<Value, CommandError> {
        self.note(format!("stop recording {plugin}"));
        self.recording(plugin)
    }

    fn refused(&self, refused: AccessRefusal) {
        self.refused.lock().unwrap().push(refused);
    }

    fn log_level(&self) -> String {
        "info".into()
    }

    fn set_log_level(&self, level: &str) -> Result<(), CommandError> {
        self.note(format!("level {level}"));
        if level == "loud" {
            return Err(CommandError::Invalid {
                message: "there is no level loud".into(),
                mistakes: Vec::new(),
            });
        }
        Ok(())
    }
}
