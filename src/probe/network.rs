//! What another host could reach (R10, C21): asked of the kernel's socket table, and tried from a network
//! namespace of its own where one may be made.

use std::fs::{self, File};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::report::{Finding, Report};
use crate::system::child_env::child_env;

/// The two ends of the pair: 198.18.0.0/15 is set aside for such tests.
const HERE: Ipv4Addr = Ipv4Addr::new(198, 18, 113, 1);
const THERE: Ipv4Addr = Ipv4Addr::new(198, 18, 113, 2);
const DIAL_WITHIN: Duration = Duration::from_secs(3);

/// Proves that `port` answers on loopback only.
pub async fn probe(port: u16, report: &mut Report) {
    report.check("R10.loopback", "R10", async { loopback_only(port) }).await;
    let dialled = tokio::task::spawn_blocking(move || from_another_host(port)).await;
    report.check("C21.other-host", "R10", async { dialled? }).await;
}

/// The addresses on which something listens at `port`, from `/proc/net/tcp` and `tcp6`.
///
/// # Errors
/// When the table cannot be read.
pub fn listeners(port: u16) -> Result<Vec<IpAddr>> {
    let mut found = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        // A kernel without IPv6 has no second table.
        let Ok(text) = fs::read_to_string(table) else { continue };
        found.extend(listening(&text).filter(|socket| socket.port() == port).map(|socket| socket.ip()));
    }
    Ok(found)
}

fn loopback_only(port: u16) -> Result<Finding> {
    let found = listeners(port)?;
    let text: Vec<String> = found.iter().map(ToString::to_string).collect();
    let good = !found.is_empty() && found.iter().all(IpAddr::is_loopback);
    Ok(Finding::pass_if(good, format!("port {port} listens on {}", text.join(", ")))
        .because("whatever reaches the port passes the hop by")
        .then("set LISTEN to 127.0.0.1:PORT"))
}

/// Lines of `/proc/net/tcp*` in state LISTEN (0A). Addresses are 32-bit words in the machine's byte order.
fn listening(table: &str) -> impl Iterator<Item = SocketAddr> {
    table.lines().skip(1).filter_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (address, port) = fields.next()?.split_once(':')?;
        (fields.nth(1)? == "0A").then_some(())?;
        let port = u16::from_str_radix(port, 16).ok()?;
        let mut bytes = Vec::new();
        for word in address.as_bytes().chunks(8) {
            let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
            bytes.extend(word.to_ne_bytes());
        }
        let ip = match bytes.len() {
            4 => IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?),
            16 => IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?).to_canonical(),
            _ => return None,
        };
        Some(SocketAddr::new(ip, port))
    })
}

/// Dials the port from another host: a network namespace joined by a pair of virtual cables.
fn from_another_host(port: u16) -> Result<Finding> {
    if !rustix::process::geteuid().is_root() {
        return Ok(Finding::skip(
            "another host cannot be made without root; the kernel's table above proves the bind",
        ));
    }
    let host = match OtherHost::make() {
        Ok(host) => host,
        Err(error) => return Ok(Finding::skip(format!("no other host can be made here: {error:#}"))),
    };
    // A listener that is open to others, to see that the cable works: else a refusal would prove nothing.
    let control = TcpListener::bind((HERE, 0)).context("control listener")?;
    let control_port = control.local_addr()?.port();
    if let Err(error) = host.dial(control_port)? {
        return Ok(Finding::skip(format!("the other host reaches nothing here: {error}")));
    }
    Ok(match host.dial(port)? {
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => Finding::pass(format!(
            "{THERE} dials {HERE}:{port}: refused (and {HERE}:{control_port}, open on purpose, answers)"
        )),
        Err(error) => Finding::fail(format!("{THERE} dials {HERE}:{port}: {error}, not refused")),
        Ok(()) => Finding::fail(format!("{THERE} dials {HERE}:{port}: it answers"))
            .because("the app listens on more than loopback"),
    })
}

/// A network namespace that is gone when this is dropped.
struct OtherHost {
    name: String,
}

impl OtherHost {
    fn make() -> Result<Self> {
        let id = std::process::id();
        let host = Self { name: format!("sh-{id}") };
        ip(&["netns", "add", &host.name])?;
        let (here, there) = (format!("sh{id}a"), format!("sh{id}b"));
        ip(&["link", "add", &here, "type", "veth", "peer", "name", &there, "netns", &host.name])?;
        ip(&["addr", "add", &format!("{HERE}/30"), "dev", &here])?;
        ip(&["link", "set", &here, "up"])?;
        ip(&["-n", &host.name, "addr", "add", &format!("{THERE}/30"), "dev", &there])?;
        ip(&["-n", &host.name, "link", "set", &there, "up"])?;
        Ok(host)
    }

    /// Dials `HERE:port` from there, on a thread that lives in that namespace and ends with it.
    fn dial(&self, port: u16) -> Result<std::io::Result<()>> {
        let path = Path::new("/run/netns").join(&self.name);
        let namespace = File::open(&path).with_context(|| format!("{}", path.display()))?;
        let thread = std::thread::spawn(move || -> Result<std::io::Result<()>> {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))
                .context("setns")?;
            let to = SocketAddr::from((HERE, port));
            Ok(TcpStream::connect_timeout(&to, DIAL_WITHIN).map(drop))
        });
        thread.join().map_err(|_| anyhow::anyhow!("the dialling thread panicked"))?
    }
}

impl Drop for OtherHost {
    fn drop(&mut self) {
        // The pair goes with the namespace that holds one end.
        if let Err(error) = ip(&["netns", "del", &self.name]) {
            tracing::warn!(%error, "network namespace");
        }
    }
}

fn ip(arguments: &[&str]) -> Result<()> {
    let output = child_env(&mut Command::new("ip"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("`ip` (Debian: apt-get install iproute2)")?;
    if !output.status.success() {
        bail!("ip {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_table_is_read() {
        let v4 = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = v4.local_addr().unwrap().port();
        assert_eq!(listeners(port).unwrap(), [IpAddr::from([127, 0, 0, 1])]);
        let all = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = all.local_addr().unwrap().port();
        assert_eq!(listeners(port).unwrap(), [IpAddr::from([0, 0, 0, 0])]);
        assert_eq!(loopback_only(port).unwrap().verdict, super::super::Verdict::Fail);
    }
}
