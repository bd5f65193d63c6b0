//! `hyrouter explain`: what a player would be answered, and why.

mod question;
mod report;
mod text;

use std::process::ExitCode;
use std::sync::Arc;

use hyrouter_admin::CommandError;
use serde_json::Value;

use self::question::Question;
use crate::admin_client::AdminClient;
use crate::assembly::Assembler;
use crate::cli::{self, ExplainArgs, print};
use crate::commanded::Commanded;
use crate::counts::Counts;
use crate::decision_log::DecisionLog;
use crate::exit;
use crate::plugin_tools::Kept;
use crate::serve;
use crate::service::Service;

/// The answer to a question that came by HTTP.
pub(crate) async fn answer(service: &Service, question: Value) -> Result<Value, CommandError> {
    let invalid = |mistake: String| CommandError::Invalid {
        message: "this question can not be answered".to_owned(),
        mistakes: vec![mistake],
    };
    let question: Question =
        serde_json::from_value(question).map_err(|error| invalid(error.to_string()))?;
    report(service, &question)
        .await
        .map_err(|error| invalid(format!("{error:#}")))
}

async fn report(service: &Service, question: &Question) -> anyhow::Result<Value> {
    let (info, hello) = question.connect()?;
    let explained = service
        .explain(&info, question.assumed(), question.plugins)
        .await;
    Ok(report::json(&info, &hello, &explained))
}

pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<ExitCode> {
    let question = Question::from(args);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let report = match &args.admin {
        Some(address) => {
            let client = AdminClient::new(address, args.token_file.as_deref())?;
            let question = serde_json::to_value(&question)?;
            runtime.block_on(client.post("/api/explain", &question))?
        }
        None => match runtime.block_on(by_configuration(args, &question))? {
            Ok(report) => report,
            Err(code) => return Ok(code),
        },
    };
    print(&if args.json {
        report.to_string()
    } else {
        text::of(&report)
    });
    Ok(exit::OK)
}

/// By the configuration that is named, as a router would that starts now.
async fn by_configuration(
    args: &ExplainArgs,
    question: &Question,
) -> anyhow::Result<Result<Value, ExitCode>> {
    let settings = match serve::load(&args.config) {
        Ok((settings, _)) => settings,
        Err(error) => {
            cli::complain_of_config(&error);
            return Ok(Err(exit::usage()));
        }
    };
    let counts = Counts::default();
    let output = Arc::<Kept>::default();
    let mut settings = settings;
    if !question.plugins {
        // Compiling modules takes seconds.
        settings.plugins.clear();
    }
    let assembly = match Assembler::new(output, &counts).assemble(settings, None) {
        Ok(assembly) => assembly,
        Err(error) => {
            cli::complain(&error);
            return Ok(Err(exit::usage()));
        }
    };
    let log = Arc::new(DecisionLog::new());
    let service = Service::new(&assembly, &Commanded::default(), None, &counts, log)?;
    report(&service, question).await.map(Ok)
}
