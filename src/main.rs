//! The `safeharbor` binary: arguments, inherited sockets, runtime, verb.

use std::process::ExitCode;

use clap::Parser as _;
use safeharbor::cli::{self, Cli};
use safeharbor::settings::Environ;
use safeharbor::system::sockets;

fn main() -> ExitCode {
    // Before anything else and before there is a thread: it edits the environment.
    let inherited = sockets::take();
    cli::run(Cli::parse(), &Environ::from_process(), inherited)
}
