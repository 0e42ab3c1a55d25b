//! A private Postgres: its own cluster, a unix socket, no TCP.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::Signal;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::owner::{Owner, make_outer_dir, socket_dir};
use super::process::Process;
use super::programs;
use crate::probe::form::percent_encode;
use crate::system::child_env::child_env;
use crate::system::clock::Clock;

const SUPERUSER: &str = "safeharbor";
const SOCKET: &str = ".s.PGSQL.5432";
const READY_WITHIN: Duration = Duration::from_mins(1);
/// What the machine's environment may say to Postgres' programs about another server.
const PG_VARIABLES: [&str; 8] =
    ["PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGOPTIONS", "PGPASSWORD", "PGSERVICE"];

/// How much a crash of the machine may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// As in production.
    Full,
    /// Nothing is synced to disk: for tests.
    None,
}

/// A private Postgres server in one folder. Dropping it stops it (fast shutdown).
#[derive(Debug)]
pub struct PrivatePostgres {
    programs: PathBuf,
    dir: PathBuf,
    run: PathBuf,
    run_is_temporary: bool,
    password: String,
    owner: Owner,
    durability: Durability,
    process: Option<Process>,
}

impl PrivatePostgres {
    /// Starts a server whose cluster, password and log are in `dir`, all made when they are not there yet.
    /// Returns when it answers.
    ///
    /// # Errors
    /// When Postgres is not installed, the folder cannot be used, or the server does not come up.
    pub async fn start(dir: &Path, durability: Durability) -> Result<Self> {
        let dir = &std::path::absolute(dir).with_context(|| format!("{}", dir.display()))?;
        let owner = Owner::of_server("postgres")?;
        make_outer_dir(dir, owner)?;
        let programs = choose_programs(&dir.join("data"))?;
        let password = password(&dir.join("password"))?;
        let (run, run_is_temporary) = socket_dir(dir, SOCKET, owner)?;
        let mut server = Self {
            programs,
            dir: dir.clone(),
            run,
            run_is_temporary,
            password,
            owner,
            durability,
            process: None,
        };
        if !server.data().join("PG_VERSION").exists() {
            server.make_cluster().await?;
        }
        server.start_again().await?;
        Ok(server)
    }

    /// The address of database `name`, as `DATABASE_URL` takes it. Holds the password.
    pub fn url(&self, name: &str) -> String {
        let run = percent_encode(&self.run.to_string_lossy());
        format!("postgres://{SUPERUSER}:{}@localhost:5432/{name}?host={run}", self.password)
    }

    /// The folder of its unix socket.
    pub fn socket_dir(&self) -> &Path {
        &self.run
    }

    /// Where the server's log is.
    pub fn log(&self) -> PathBuf {
        self.dir.join("postgres.log")
    }

    /// The running process, for watching it.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// Makes database `name` when it is not there.
    ///
    /// # Errors
    /// When the server does not answer or refuses.
    pub async fn ensure_database(&self, name: &str) -> Result<()> {
        let mut connection = self.connect().await.context("connecting to the private Postgres")?;
        let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(name)
            .fetch_one(&mut connection)
            .await?;
        if !there {
            let quoted = name.replace('"', "\"\"");
            connection.execute(AssertSqlSafe(format!("create database \"{quoted}\""))).await?;
        }
        connection.close().await?;
        Ok(())
    }

    /// Removes database `name`, whoever is connected to it.
    ///
    /// # Errors
    /// When the server does not answer or refuses.
    pub async fn drop_database(&self, name: &str) -> Result<()> {
        let mut connection = self.connect().await.context("connecting to the private Postgres")?;
        let quoted = name.replace('"', "\"\"");
        connection
            .execute(AssertSqlSafe(format!("drop database if exists \"{quoted}\" with (force)")))
            .await?;
        connection.close().await?;
        Ok(())
    }

    /// Starts it after [`stop`](Self::stop) or [`kill`](Self::kill), on the same address. Returns when it answers.
    ///
    /// # Errors
    /// When it does not come up; the message has its last lines.
    pub async fn start_again(&mut self) -> Result<()> {
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data());
        let run = self.run.to_str().context("the socket folder's path is not UTF-8")?;
        for option in [
            "listen_addresses=".to_owned(),
            "port=5432".to_owned(),
            format!("unix_socket_directories=\"{run}\""),
            "unix_socket_permissions=0700".to_owned(),
            "max_connections=200".to_owned(),
            "logging_collector=off".to_owned(),
        ] {
            command.arg("-c").arg(option);
        }
        if self.durability == Durability::None {
            for option in
                ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB"]
            {
                command.arg("-c").arg(option);
            }
        }
        // SIGINT is Postgres' fast shutdown: sessions are ended, nothing is lost.
        let mut process = Process::spawn("postgres", command, &self.log(), Signal::INT)?;
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            match self.connect().await {
                Ok(connection) => {
                    connection.close().await?;
                    self.process = Some(process);
                    return Ok(());
                }
                Err(_) if process.ended().is_some() => return Err(process.died()),
                Err(error) if Instant::now() >= deadline => {
                    return Err(process.died().context(format!("connecting: {error}")));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// Stops it: fast shutdown, waits for the end.
    ///
    /// # Errors
    /// When it had to be killed.
    pub async fn stop(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            process.stop(Duration::from_secs(30)).await?;
        }
        Ok(())
    }

    /// Kills it, as a crash would.
    pub async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await;
        }
    }

    /// Stops and starts it.
    ///
    /// # Errors
    /// As [`stop`](Self::stop) and [`start_again`](Self::start_again).
    pub async fn restart(&mut self) -> Result<()> {
        self.stop().await?;
        self.start_again().await
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        child_env(&mut command);
        for variable in PG_VARIABLES {
            command.env_remove(variable);
        }
        command.env("LC_ALL", "C.UTF-8").env("TZ", "UTC").current_dir("/");
        self.owner.apply(&mut command);
        command
    }

    async fn connect(&self) -> sqlx::Result<PgConnection> {
        PgConnection::connect(&self.url("postgres")).await
    }

    /// Makes the cluster beside its place and renames it, so that an interrupted one is never taken for whole.
    async fn make_cluster(&self) -> Result<()> {
        let half = self.dir.join("data.new");
        remove_dir(&half)?;
        self.owner.make_dir(&half)?;
        let password_file = half.with_extension("password");
        write_private(&password_file, &self.password)?;
        self.owner.give(&password_file)?;
        let mut command = self.command("initdb");
        command.arg("--pgdata").arg(&half).arg("--pwfile").arg(&password_file).args([
            "--username",
            SUPERUSER,
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--auth-local=scram-sha-256",
            "--auth-host=reject",
            "--no-instructions",
        ]);
        if self.durability == Durability::None {
            command.arg("--no-sync");
        }
        command.stdin(Stdio::null());
        let mut command = tokio::process::Command::from(command);
        let output = command.process_group(0).kill_on_drop(true).output().await;
        fs::remove_file(&password_file).with_context(|| format!("{}", password_file.display()))?;
        let output = output.context("starting initdb")?;
        if !output.status.success() {
            bail!("initdb: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim());
        }
        fs::rename(&half, self.data()).with_context(|| format!("renaming {}", half.display()))
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        drop(self.process.take());
        if self.run_is_temporary
            && let Err(error) = remove_dir(&self.run)
        {
            tracing::warn!(%error, "socket folder");
        }
    }
}

/// Where Debian keeps the programs of each version, the newest first. They are not on `PATH` there.
pub(super) fn debian_folders() -> Vec<PathBuf> {
    let Ok(versions) = fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let mut folders: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    folders
}

/// The folder with Postgres' programs: the newest one, or the one that made the cluster in `data`.
fn choose_programs(data: &Path) -> Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = programs::find_all("initdb", &debian_folders())
        .into_iter()
        .filter_map(|initdb| {
            Some((major(&programs::version(&initdb, "--version").ok()?)?, initdb.parent()?.to_owned()))
        })
        .filter(|(_, folder)| folder.join("postgres").exists())
        .collect();
    found.sort();
    let Ok(made_by) = fs::read_to_string(data.join("PG_VERSION")) else {
        return found.pop().map(|(_, folder)| folder).with_context(|| programs::missing("initdb"));
    };
    let made_by = made_by.trim();
    let same = found.into_iter().rfind(|(version, _)| version.to_string() == made_by);
    same.map(|(_, folder)| folder).with_context(|| {
        format!(
            "{} was made by Postgres {made_by}, which is not installed: start over with `--fresh`",
            data.display()
        )
    })
}

/// `initdb (PostgreSQL) 15.14 (Debian …)` is 15.
fn major(version: &str) -> Option<u32> {
    version.split_once("(PostgreSQL) ")?.1.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The superuser's password: read, or made and kept (0600).
fn password(file: &Path) -> Result<String> {
    match fs::read_to_string(file) {
        Ok(password) if !password.is_empty() => Ok(password),
        Ok(_) => bail!("{} is empty: start over with `--fresh`", file.display()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let password = Clock::system().token();
            write_private(file, &password)?;
            Ok(password)
        }
        Err(error) => Err(error).with_context(|| format!("reading {}", file.display())),
    }
}

fn write_private(file: &Path, text: &str) -> Result<()> {
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("writing {}", file.display()))
}

fn remove_dir(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", dir.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("initdb (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"), Some(15));
        assert_eq!(major("initdb (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("initdb"), None);
    }
}
