//! The load: kept-alive connections that ask the same page again and again, each as soon as it has the answer.
//! Written by hand because a full client would take the processor from what is measured.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What is asked.
pub(crate) struct Target {
    addr: SocketAddr,
    request: String,
}

impl Target {
    pub(crate) fn bare(addr: SocketAddr) -> Self {
        Self { addr, request: "GET / HTTP/1.1\r\nHost: bench\r\n\r\n".to_owned() }
    }

    /// A page as the hop asks for it.
    pub(crate) fn page(addr: SocketAddr, path: &str, cookie: Option<&str>) -> Self {
        let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: bench.example\r\nX-Forwarded-For: 203.0.113.7\r\n\
             X-Forwarded-Proto: https\r\nAccept: text/html\r\n{cookie}\r\n"
        );
        Self { addr, request }
    }

    /// The same as browsers ask for it, to be sent packed.
    fn packed(&self) -> String {
        self.request.replacen("\r\n", "\r\nAccept-Encoding: gzip\r\n", 1)
    }
}

/// How many bytes go out for one answer to a browser.
///
/// # Errors
/// When the answer is anything but 200.
pub(crate) async fn weight(target: &Target) -> Result<usize> {
    let mut stream = TcpStream::connect(target.addr).await?;
    stream.write_all(target.packed().as_bytes()).await?;
    answer(&mut stream, &mut Vec::new()).await
}

/// What was seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures {
    pub(crate) per_second: f64,
    pub(crate) median: Duration,
    pub(crate) bytes: usize,
    /// The size as it goes out to a browser, packed.
    pub(crate) packed: usize,
    pub(crate) answers: u32,
    /// Processor time an answer costs the server.
    pub(crate) server: Duration,
    /// And Postgres.
    pub(crate) postgres: Duration,
}

/// Asks over `connections` for `time`.
///
/// # Errors
/// When an answer is anything but 200.
pub(crate) async fn run(target: &Target, connections: usize, time: Duration) -> Result<Figures> {
    let started = Instant::now();
    let until = started + time;
    let tasks: Vec<_> =
        (0..connections).map(|_| tokio::spawn(one(target.addr, target.request.clone(), until))).collect();
    let mut times = Vec::new();
    let mut bytes = 0;
    for task in tasks {
        let (own, size) = task.await??;
        times.extend(own);
        bytes = size;
    }
    let asked = u32::try_from(times.len()).context("more answers than can be counted")?;
    let per_second = f64::from(asked) / started.elapsed().as_secs_f64();
    times.sort_unstable();
    let median = *times.get(times.len() / 2).context("no answer at all")?;
    Ok(Figures { per_second, median, bytes, answers: asked, ..Figures::default() })
}

async fn one(addr: SocketAddr, request: String, until: Instant) -> Result<(Vec<Duration>, usize)> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(128 * 1024);
    let (mut times, mut size) = (Vec::new(), 0);
    while Instant::now() < until {
        let asked = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        size = answer(&mut stream, &mut buffer).await?;
        times.push(asked.elapsed());
    }
    Ok((times, size))
}

/// Reads one answer and gives its size.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<usize> {
    buffer.clear();
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        ensure!(stream.read_buf(buffer).await? > 0, "the connection ended");
    };
    let text = std::str::from_utf8(&buffer[..head])?.to_ascii_lowercase();
    if !text.starts_with("http/1.1 200") {
        bail!("an answer that is not 200: {}", text.lines().next().unwrap_or_default());
    }
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    if let Some(length) = length {
        let end = head + length.trim().parse::<usize>()?;
        while buffer.len() < end {
            ensure!(stream.read_buf(buffer).await? > 0, "the connection ended");
        }
    } else {
        while !buffer.ends_with(b"\r\n0\r\n\r\n") {
            ensure!(stream.read_buf(buffer).await? > 0, "the connection ended");
        }
    }
    Ok(buffer.len() - head)
}
