//! Load through the hop while things are done to the service behind it. Every request counts: nothing is retried.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use http::StatusCode;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::probe::client::{Answer, Client, Connection, Request};

/// Makes the next request; the number is different for each.
pub type Make = Arc<dyn Fn(u64) -> Request + Send + Sync>;
/// Whether an answer is a good one.
pub type Good = fn(StatusCode) -> bool;

/// One kind of request in the mix.
#[derive(Clone)]
pub struct Kind {
    /// What it is called in the tally.
    pub name: &'static str,
    /// Makes one.
    pub make: Make,
    /// Which answers are good.
    pub good: Good,
}

/// What came of one kind.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Good answers.
    pub good: u64,
    /// All others, by what was seen.
    pub bad: BTreeMap<String, u64>,
}

impl Tally {
    fn broken() -> Self {
        Self { good: 0, bad: BTreeMap::from([("broke off".to_owned(), 1)]) }
    }
}

/// Load that goes on until it is stopped.
pub struct Load {
    stop: CancellationToken,
    workers: JoinSet<BTreeMap<&'static str, Tally>>,
}

impl Load {
    /// Starts `connections` clients; each sends one request after the other on a connection it keeps, going
    /// round the kinds.
    pub fn start(client: &Client, kinds: &[Kind], connections: u64) -> Self {
        let stop = CancellationToken::new();
        let mut workers = JoinSet::new();
        for number in 0..connections {
            workers.spawn(work(client.clone(), kinds.to_vec(), number, connections, stop.clone()));
        }
        Self { stop, workers }
    }

    /// Stops after the requests under way, and tells what came of all.
    pub async fn stop(mut self) -> BTreeMap<&'static str, Tally> {
        self.stop.cancel();
        let mut all: BTreeMap<&'static str, Tally> = BTreeMap::new();
        while let Some(tallies) = self.workers.join_next().await {
            // A client that panicked has seen something that no answer explains: its load counts as failed.
            let tallies = tallies.unwrap_or_else(|_| BTreeMap::from([("client", Tally::broken())]));
            for (kind, tally) in tallies {
                let sum = all.entry(kind).or_default();
                sum.good += tally.good;
                for (what, count) in tally.bad {
                    *sum.bad.entry(what).or_default() += count;
                }
            }
        }
        all
    }
}

async fn work(
    client: Client,
    kinds: Vec<Kind>,
    first: u64,
    step: u64,
    stop: CancellationToken,
) -> BTreeMap<&'static str, Tally> {
    let mut tallies: BTreeMap<&'static str, Tally> = BTreeMap::new();
    let mut connection = None;
    let mut number = first;
    let mut turn = usize::try_from(first).unwrap_or_default();
    while !stop.is_cancelled() {
        let kind = &kinds[turn % kinds.len()];
        let answer = exchange(&client, &mut connection, (kind.make)(number)).await;
        let tally = tallies.entry(kind.name).or_default();
        match answer {
            Ok(answer) if (kind.good)(answer.status) => tally.good += 1,
            Ok(answer) => *tally.bad.entry(format!("status {}", answer.status.as_u16())).or_default() += 1,
            Err(error) => *tally.bad.entry(format!("{error:#}")).or_default() += 1,
        }
        number += step;
        turn += 1;
    }
    tallies
}

async fn exchange(client: &Client, kept: &mut Option<Connection>, request: Request) -> Result<Answer> {
    let mut connection = match kept.take().filter(|connection| !connection.is_closed()) {
        Some(connection) => connection,
        None => client.connect().await?,
    };
    let answer = connection.send(request).await?;
    if answer.header("connection").is_none_or(|value| !value.eq_ignore_ascii_case("close")) {
        *kept = Some(connection);
    }
    Ok(answer)
}

/// The tally in a few words.
pub fn describe(tallies: &BTreeMap<&'static str, Tally>) -> String {
    let parts = tallies.iter().map(|(kind, tally)| {
        let bad: Vec<String> = tally.bad.iter().map(|(what, count)| format!("{count}× {what}")).collect();
        if bad.is_empty() {
            format!("{kind} {}", tally.good)
        } else {
            format!("{kind} {} good, {}", tally.good, bad.join(", "))
        }
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// How many requests were not answered well.
pub fn failures(tallies: &BTreeMap<&'static str, Tally>) -> u64 {
    tallies.values().flat_map(|tally| tally.bad.values()).sum()
}
