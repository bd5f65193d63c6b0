//! Servers that the pages show, and the router's question to them.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::folder;

/// Far more than a start takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server in a process of its own. It is killed when dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts it, and reads its first line: `listening on ADDRESS`.
    pub(crate) fn start(command: &mut Command) -> Result<Self, String> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{command:?}: {error}"))?;
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self {
            child,
            address: String::new(),
        };
        let (tx, rx) = sync_channel(1);
        std::thread::spawn(move || {
            let mut line = String::new();
            let said = output.read_line(&mut line).map(|_| line);
            // The caller has left if this was too slow.
            drop(tx.send(said));
        });
        let line = rx.recv_timeout(PATIENCE).map_err(|error| error.to_string());
        let line = line?.map_err(|error| error.to_string())?;
        let address = line.trim_end().strip_prefix("listening on ");
        let address = address.ok_or_else(|| format!("its first line is {line:?}"))?;
        address.clone_into(&mut server.address);
        Ok(server)
    }

    /// What it answers about a player of that name, asked by a router in another process.
    pub(crate) fn ask(&self, username: &str, config: &Value) -> Result<Value, String> {
        let plugin = json!({
            "name": "shown",
            "type": "grpc",
            "config": config,
            "timeout": "30s",
            "grpc": { "address": self.address },
        });
        // JSON is YAML.
        let config = json!({ "plugins": [plugin], "limits": { "decision_timeout": "40s" } });
        let folder = folder().file("config.yaml", &config.to_string());
        let ran = folder.run(&[
            "plugin",
            "call",
            "shown",
            "--config",
            "config.yaml",
            "--username",
            username,
            "--json",
        ]);
        if ran.code == Some(0) {
            Ok(ran.json()["response"].clone())
        } else {
            Err(format!("{ran:?}"))
        }
    }

    /// The pages' servers all do the same.
    pub(crate) fn does_what_the_pages_say(&self) -> Result<(), String> {
        let denied = json!({"deny": true, "deny_reason": "Not today."});
        // {"lobby":"vip"}
        let vip = json!({"deny": false, "referral_data": "eyJsb2JieSI6InZpcCJ9"});
        let unchanged = json!({"deny": false});
        let (none, own) = (Value::Null, json!({"prefix": "Al"}));
        for (username, config, expected) in [
            ("deny", &none, &denied),
            ("VIP_Alder", &none, &vip),
            ("Alder", &none, &unchanged),
            ("Alder", &own, &vip),
            ("VIP_Alder", &own, &unchanged),
        ] {
            let response = self.ask(username, config)?;
            if response != *expected {
                return Err(format!("about {username}, config {config}: {response}"));
            }
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
