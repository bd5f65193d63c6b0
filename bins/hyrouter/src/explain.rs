//! `hyrouter explain`: simulates a connection and prints each step of the decision.

use std::process::ExitCode;

use hyrouter_app::explain::{Question, by_configuration, to_text};
use serde_json::Value;

use crate::admin_client::AdminClient;
use crate::captured_output;
use crate::cli::{self, ExplainArgs, print, print_json};
use crate::{exit, serve};

fn question(args: &ExplainArgs) -> Question {
    let player = args.player.clone();
    Question {
        sni: player.sni,
        uuid: player.uuid,
        username: player.username,
        verified: args.verified,
        token: player.token,
        language: player.language,
        build: player.build,
        generation: player.generation.map(|known| known.as_str().to_owned()),
        client_type: args.client_type.clone(),
        alpn: args.alpn.clone(),
        ip: args.ip,
        referral: args.referral.clone(),
        plugins: args.plugins,
    }
}

pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let question = question(args);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let report = match &args.admin {
        Some(address) => {
            let client = AdminClient::new(address, args.token_file.as_deref())?;
            let question = serde_json::to_value(&question)?;
            runtime.block_on(client.post("/api/explain", &question))?
        }
        None => match runtime.block_on(without_router(args, &question))? {
            Ok(report) => report,
            Err(code) => return Ok(code),
        },
    };
    if args.json {
        print_json(&report)?;
    } else {
        print(&to_text(&report))?;
    }
    Ok(exit::OK)
}

/// Explains by the configuration, as a router that starts now would decide.
async fn without_router(
    args: &ExplainArgs,
    question: &Question,
) -> anyhow::Result<Result<Value, ExitCode>> {
    let draft = match serve::origin(&args.config).read() {
        Ok(draft) => draft,
        Err(error) => {
            cli::complain_of_config(&error);
            return Ok(Err(exit::usage()));
        }
    };
    let (assembler, _output) = captured_output::assembler();
    let mut assembler = assembler.without_plugins(!question.plugins);
    let assembly = match assembler.assemble(draft, None) {
        Ok(assembly) => assembly,
        Err(error) => {
            cli::complain_of_config(&error);
            return Ok(Err(exit::usage()));
        }
    };
    Ok(Ok(by_configuration(&assembly, question).await?))
}
