//! The verbs of the `safeharbor` binary, one file each.
//!
//! What configures a running install is an environment variable (see [`crate::settings`]), never an option:
//! options are for what one call of a verb is to do.

pub mod admin;
pub mod config;
pub mod doctor;
pub mod healthcheck;
pub mod migrate;
pub mod serve;
pub mod stage;
pub mod start;
pub mod verify;
pub mod verify_token;
pub mod worker;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tokio::runtime::Runtime;

use crate::db;
use crate::settings::{DatabaseSettings, Environ, ListenAddr, variable};
use crate::system::clock::Clock;
use crate::system::notify::Notifier;
use crate::system::sockets::{self, Inherited};
use crate::system::telemetry;

/// The exit code for settings or arguments that cannot be used.
pub const CANNOT_RUN: u8 = 2;

/// A household's own aquarium log, published from home behind exactly one trusted proxy hop.
#[derive(Debug, Parser)]
#[command(name = "safeharbor", version, after_long_help = variable::help(), max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the pages, on an inherited socket or on LISTEN
    Serve,
    /// Do the jobs: mails, housekeeping
    Worker,
    /// Bring the database's schema up to date, then end
    Migrate,
    /// Show the settings in force, where each came from, and what is wrong with them
    Config(ConfigArgs),
    /// Ask the running `serve` whether it is well: exit code 0 or 1
    Healthcheck,
    /// Print a short-lived token for `verify`, and nothing else
    VerifyToken(VerifyTokenArgs),
    /// The owner's commands
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Rehearse the whole deployment on this machine: database, queue, web, worker and a real proxy with TLS
    Stage(StageArgs),
    /// Look at this install from the inside; changes nothing
    Doctor(ReportArgs),
    /// Look at a public install from the outside; changes nothing
    Verify(VerifyArgs),
}

/// What `config` shows.
#[derive(Args, Clone, Debug, Default)]
pub struct ConfigArgs {
    /// Show only problems and warnings
    #[arg(long)]
    pub check: bool,
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
    /// Judge the settings as this verb would
    #[arg(long = "for", value_enum, default_value_t, value_name = "VERB")]
    pub verb: ConfigVerb,
}

/// The verbs that `config` can judge for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ConfigVerb {
    /// The web process
    #[default]
    Serve,
    /// The job worker
    Worker,
}

/// How long a token lasts.
#[derive(Args, Clone, Debug)]
pub struct VerifyTokenArgs {
    /// How long the token is valid
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=1440))]
    pub minutes: u16,
}

/// The owner's commands.
#[derive(Clone, Debug, Subcommand)]
pub enum AdminCommand {
    /// Print the code that /setup asks for before it makes the first owner
    SetupCode,
    /// Give a keeper a new password, asked for here, and end all of their sessions
    ResetPassword {
        /// The keeper's address
        email: String,
    },
    /// Turn off the second factor of a keeper who lost the phone
    SecondFactorOff {
        /// The keeper's address
        email: String,
    },
    /// Fill a household with three tanks, measured over two years, to look around in
    Demo {
        /// Add them beside the tanks that are there
        #[arg(long)]
        add: bool,
    },
    /// Send a mail to an address, to see whether the mail settings work
    TestMail {
        /// Where to
        address: String,
    },
}

/// How a report is written.
#[derive(Args, Clone, Debug, Default)]
pub struct ReportArgs {
    /// Write one JSON object a line, with the totals in the last
    #[arg(long)]
    pub json: bool,
}

/// What `stage` starts.
#[derive(Args, Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub struct StageArgs {
    /// Run every probe, print the verdict, stop everything and leave nothing behind
    #[arg(long)]
    pub once: bool,
    /// Write the verdicts to standard output as one JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Keep the state in this folder instead of the user's own state folder
    #[arg(long, value_name = "DIR", conflicts_with = "once")]
    pub state: Option<PathBuf>,
    /// Start over: remove what an earlier run left in the state folder
    #[arg(long)]
    pub fresh: bool,
    /// Fill the household that one looks around in with three tanks, measured over two years
    #[arg(long, conflicts_with_all = ["once", "database_url"])]
    pub demo: bool,
    /// The proxy in front
    #[arg(long, value_enum, default_value_t)]
    pub ingress: Ingress,
    /// Put an edge in front of Caddy that writes headers as this one does
    #[arg(long, value_enum)]
    pub edge: Option<Edge>,
    /// With cloudflared: a throw-away public name instead of the tunnel's token
    #[arg(long)]
    pub quick: bool,
    /// The port of the address people use, instead of a free one; with a tunnel's token the app's own, to which the
    /// dashboard's public hostname goes
    #[arg(long)]
    pub port: Option<u16>,
    /// Use this Postgres instead of a private one
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Use this Redis instead of a private one
    #[arg(long, value_name = "URL")]
    pub redis_url: Option<String>,
}

/// The proxy that `stage` puts in front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Ingress {
    /// Caddy with TLS from its own authority, on loopback
    #[default]
    Caddy,
    /// A real Cloudflare tunnel
    Cloudflared,
    /// None: a smoke test with development settings
    None,
}

/// The edge that `stage` imitates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Edge {
    /// Cloudflare: appends to X-Forwarded-For and sets the CF- headers
    Cloudflare,
}

/// What `verify` looks at.
#[derive(Args, Clone, Debug)]
pub struct VerifyArgs {
    /// The install's public address, scheme and host
    #[arg(value_name = "URL")]
    pub url: String,
    /// A file with a token of `safeharbor verify-token`, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "token")]
    pub token_file: Option<PathBuf>,
    /// The token itself; other users of this machine can see it while verify runs
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,
    /// Prove that the app's own port does not answer from here
    #[arg(long, value_name = "IP:PORT")]
    pub direct: Option<SocketAddr>,
    /// Trust the certificate authorities in this PEM file too (a private CA)
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Connect here instead of asking DNS for the host
    #[arg(long, value_name = "IP:PORT")]
    pub connect: Option<SocketAddr>,
    /// How the report is written.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// Carries out a verb, and gives the exit code: 0 done, 1 failed, 2 could not run.
pub fn run(cli: Cli, environ: &Environ, inherited: Result<Inherited, sockets::Error>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return cannot_run(&format!("the runtime does not start: {error}")),
    };
    let done = match cli.command {
        Command::Serve => match inherited {
            Ok(inherited) => return runtime.block_on(serve::run(environ, inherited)),
            Err(error) => {
                Notifier::from_process().status(&format!("not started: {error}"));
                return cannot_run(&error.to_string());
            }
        },
        Command::Worker => return runtime.block_on(worker::run(environ)),
        Command::Config(args) => config::run(&args, environ, &mut io::stdout().lock()),
        Command::Healthcheck => match ListenAddr::load(environ) {
            Ok(listen) => runtime.block_on(healthcheck::run(&listen, &mut io::stdout())),
            Err(problems) => return cannot_run(&problems.to_string()),
        },
        Command::Migrate => with_database(&runtime, environ, async |database, out| {
            migrate::run(&db::pool::for_migrations(&database.url)?, out).await
        }),
        Command::VerifyToken(args) => with_database(&runtime, environ, async |database, out| {
            let mut db = db::pool::one(&database.url, "safeharbor-admin").await?;
            verify_token::run(&mut db, &Clock::system(), args.minutes, out).await
        }),
        Command::Admin(command) => with_database(&runtime, environ, async |database, out| {
            let mut db = db::pool::one(&database.url, "safeharbor-admin").await?;
            match command {
                AdminCommand::SetupCode => admin::setup_code(&mut db, &Clock::system(), out).await,
                AdminCommand::ResetPassword { email } => admin::reset_password(&mut db, &email, out).await,
                AdminCommand::SecondFactorOff { email } => {
                    admin::second_factor_off(&mut db, &Clock::system(), &email, out).await
                }
                AdminCommand::Demo { add } => {
                    let zone = environ.text("DEFAULT_TZ").unwrap_or("UTC");
                    admin::demo::run(&mut db, &Clock::system(), zone, add, out).await
                }
                AdminCommand::TestMail { address } => {
                    admin::test_mail(&mut db, &Clock::system(), &address, out).await
                }
            }
        }),
        Command::Stage(args) => return report(runtime.block_on(stage::run(&args, environ))),
        Command::Doctor(args) => return report(runtime.block_on(doctor::run(&args, environ))),
        Command::Verify(args) => return report(runtime.block_on(verify::run(&args))),
    };
    done.unwrap_or_else(|error| {
        complain(&format!("{error:#}\n"));
        ExitCode::FAILURE
    })
}

/// The exit code of a verb that reports: 0 all passed, 1 something failed, 2 it could not run.
fn report(done: anyhow::Result<u8>) -> ExitCode {
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => cannot_run(&format!("{error:#}")),
    }
}

/// A verb that needs the database's settings alone.
fn with_database(
    runtime: &Runtime,
    environ: &Environ,
    verb: impl AsyncFnOnce(DatabaseSettings, &mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<ExitCode> {
    let database = match DatabaseSettings::load(environ) {
        Ok(database) => database,
        Err(problems) => return Ok(cannot_run(&problems.to_string())),
    };
    telemetry::init(&database.log, "safeharbor-admin")?;
    runtime.block_on(verb(database, &mut io::stdout()))?;
    Ok(ExitCode::SUCCESS)
}

fn cannot_run(why: &str) -> ExitCode {
    complain(&format!("{}\n", why.trim_end()));
    ExitCode::from(CANNOT_RUN)
}

/// Says why a verb does not run, where there are no logs yet. Nobody is left to be told when that fails.
fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_names_every_setting_and_shows_no_value() {
        let help = Cli::command().render_long_help().to_string();
        for variable in variable::ALL {
            assert!(help.contains(variable.name), "{}", variable.name);
        }
        let options_from_environment = Cli::command()
            .get_subcommands()
            .flat_map(clap::Command::get_arguments)
            .any(|arg| arg.get_env().is_some());
        assert!(
            !options_from_environment,
            "clap would print the values of environment variables in its help"
        );
    }

    #[test]
    fn verbs_parse() {
        for line in [
            "serve",
            "worker",
            "migrate",
            "config --check --json --for worker",
            "healthcheck",
            "verify-token --minutes 5",
            "admin setup-code",
            "admin test-mail me@example.org",
            "admin demo --add",
            "admin reset-password me@example.org",
            "admin second-factor-off me@example.org",
            "stage --once --json",
            "stage --demo --fresh",
            "stage --ingress cloudflared --quick --state /var/tmp/x --fresh",
            "doctor --json",
            "verify https://reef.example.org --token-file - --direct 203.0.113.5:8000 --json",
        ] {
            let words = std::iter::once("safeharbor").chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_ok(), "{line}");
        }
        for line in
            ["", "serve --listen x", "verify-token --minutes 0", "admin", "verify", "stage --once --state /x"]
        {
            let words = std::iter::once("safeharbor").chain(line.split(' ').filter(|word| !word.is_empty()));
            assert!(Cli::try_parse_from(words).is_err(), "{line}");
        }
    }
}
