//! Caddy as the one hop: real TLS from its internal authority on a loopback port, with its storage in our folder.
//! It touches neither the machine's trust store nor any port but its own two.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::process::Signal;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::process::Process;
use super::programs;
use crate::probe::client::{Client, Dial, Tls};

const READY_WITHIN: Duration = Duration::from_secs(30);

/// A running Caddy. Dropping it stops it.
#[derive(Debug)]
pub struct Caddy {
    process: Process,
    dir: PathBuf,
    host: String,
    https: SocketAddr,
    http: SocketAddr,
}

impl Caddy {
    /// Starts Caddy for `host` in front of `upstream`, on the given loopback ports, and waits until it has its
    /// certificate and answers.
    ///
    /// # Errors
    /// When it is not installed or does not come up; the message has its last lines.
    pub async fn start(
        dir: &Path,
        log: &Path,
        host: &str,
        upstream: SocketAddr,
        ports: (u16, u16),
    ) -> Result<Self> {
        let program = programs::find("caddy")?;
        fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
        let [https, http] = [ports.0, ports.1].map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let file = dir.join("Caddyfile");
        fs::write(&file, caddyfile(dir, host, upstream, https.port(), http.port()))
            .with_context(|| format!("writing {}", file.display()))?;
        let mut command = Command::new(program);
        command.env_clear().env("HOME", dir).env("XDG_DATA_HOME", dir).env("XDG_CONFIG_HOME", dir);
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file).current_dir(dir);
        let process = Process::spawn("caddy", command, log, Signal::TERM)?;
        let mut caddy = Self { process, dir: dir.to_owned(), host: host.to_owned(), https, http };
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let Err(error) = caddy.answers().await else { return Ok(caddy) };
            if caddy.process.ended().is_some() {
                return Err(caddy.process.died());
            }
            if Instant::now() >= deadline {
                return Err(caddy.process.died().context(format!("{error:#}")));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Its https address.
    pub const fn https(&self) -> SocketAddr {
        self.https
    }

    /// Its plain address, which the app answers with a redirect.
    pub const fn http(&self) -> SocketAddr {
        self.http
    }

    /// The authority's certificate, to be trusted by whoever looks at it.
    pub fn root(&self) -> PathBuf {
        self.dir.join("store/pki/authorities/local/root.crt")
    }

    /// The site's certificate with its chain, and its key.
    pub fn certificate(&self) -> (PathBuf, PathBuf) {
        let site = self.dir.join("store/certificates/local").join(&self.host).join(&self.host);
        (site.with_added_extension("crt"), site.with_added_extension("key"))
    }

    /// The running process.
    pub const fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// A client that trusts its authority and knows its name.
    ///
    /// # Errors
    /// When the authority's certificate cannot be read.
    pub fn client(&self) -> Result<Client> {
        let host = format!("{}:{}", self.host, self.https.port());
        let tls = Some(Tls::new(&self.host, &authorities(&self.root())?)?);
        Ok(Client { dial: Dial::Tcp(self.https), tls, host, source: None })
    }

    /// Stops it.
    ///
    /// # Errors
    /// When it had to be killed.
    pub async fn stop(&mut self) -> Result<()> {
        self.process.stop(Duration::from_secs(20)).await.map(|_| ())
    }

    async fn answers(&self) -> Result<()> {
        let (certificate, _) = self.certificate();
        anyhow::ensure!(certificate.exists(), "no certificate yet");
        self.client()?.certificates().await.map(|_| ())
    }
}

/// The certificates in a PEM file.
///
/// # Errors
/// When it cannot be read or holds none.
pub fn authorities(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let certificates: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .with_context(|| format!("reading {}", file.display()))?;
    anyhow::ensure!(!certificates.is_empty(), "{} holds no certificate", file.display());
    Ok(certificates)
}

/// Only what 2.6 knows. The second site takes every other host to the app, so that its refusal can be seen.
fn caddyfile(dir: &Path, host: &str, upstream: SocketAddr, https: u16, http: u16) -> String {
    let store = dir.join("store").display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        r#"{{
	admin off
	skip_install_trust
	auto_https disable_redirects
	storage file_system {{
		root "{store}"
	}}
	https_port {https}
	http_port {http}
	servers {{
		protocols h1 h2
	}}
	log {{
		format json
	}}
}}
https://{host}:{https} {{
	bind 127.0.0.1
	tls internal
	reverse_proxy {upstream}
}}
https://:{https} {{
	bind 127.0.0.1
	tls internal
	reverse_proxy {upstream}
}}
http://:{http} {{
	bind 127.0.0.1
	reverse_proxy {upstream}
}}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upstream_is_an_address_and_never_a_name() {
        let text = caddyfile(Path::new("/a \"b\""), "h.localhost", "127.0.0.1:8000".parse().unwrap(), 1, 2);
        assert!(text.contains("root \"/a \\\"b\\\"/store\""), "{text}");
        assert_eq!(text.matches("reverse_proxy 127.0.0.1:8000\n").count(), 3);
    }
}
