//! Measures `safeharbor serve` as its users meet it: a release binary, a private Postgres and Redis, one tank
//! with 100,000 and then 1,000,000 readings over two years, at last in a household of 40 tanks and 2,000 animals, and a
//! photo of 50 megapixels. Everything is put beside a bare axum handler measured in the same run, because absolute
//! figures of a noisy machine mean little.
//!
//! `cargo bench --bench serve` prints a table; `cargo bench --bench serve -- --seconds 2 --readings 100000`
//! is a quick look. Nothing is asserted.
#![expect(clippy::print_stdout, reason = "figures are what this program is for")]

mod bare;
mod cpu;
mod load;
mod pages;
mod photo;
mod rows;
mod serve;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser;
use safeharbor::stage::postgres::{Durability, PrivatePostgres};
use safeharbor::stage::redis::PrivateRedis;
use secrecy::SecretString;

use image::ImageFormat;
use load::{Figures, Target};
use pages::Page;
use rows::Household;
use serve::Served;

/// What is measured, and for how long.
#[derive(Debug, Parser)]
struct Args {
    /// Readings in the measured tank; sizes are measured one after the other
    #[arg(long, value_delimiter = ',', default_values_t = [100_000, 1_000_000])]
    readings: Vec<u32>,
    /// How long each page is asked for
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Connections at once
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// `cargo bench` passes it
    #[arg(long, hide = true)]
    bench: bool,
    /// Serve one bare handler on a port of its own instead of measuring: what the figures are compared with
    #[arg(long, hide = true)]
    bare: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if args.bare {
        return runtime.block_on(bare::serve());
    }
    runtime.block_on(measure(&args))
}

async fn measure(args: &Args) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("safeharbor-bench").tempdir()?;
    let mut postgres = PrivatePostgres::start(&folder.path().join("postgres"), Durability::Full).await?;
    postgres.ensure_database("safeharbor").await?;
    let mut redis = PrivateRedis::start(&folder.path().join("redis")).await?;
    let url = SecretString::from(postgres.url("safeharbor"));

    let household = rows::household(&url).await.context("the household")?;
    let bare = bare::Bare::start().await?;
    let mut measure =
        Measure { args, bare: Figures::default(), postgres: postgres.process().context("Postgres")?.pid() };
    measure.bare = measure.of(&Target::bare(bare.addr), bare.pid()?).await?;
    println!(
        "{} connections, {} s each; ratio to the bare handler in brackets\n",
        args.connections, args.seconds
    );
    measure.print("bare axum handler", &measure.bare.clone());

    let mut medians: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for &readings in &args.readings {
        rows::readings(&url, &household, readings).await.context("the readings")?;
        let served = Served::start(folder.path(), &url, &redis.url()).await?;
        println!("\n{readings} readings in one tank; exec to READY {} ms", served.ready_after.as_millis());
        // A place among the oldest readings, as the "Older" link of a page there has it.
        let deep = rows::deep(&url, &household).await.context("a place deep in the history")?;
        for page in pages::of_a_tank(&household, &deep) {
            let figures = measure.page(&page, &household, &served).await?;
            medians.entry(page.name).or_default().push(figures.median);
        }
        print_memory(&served)?;
        served.stop().await?;
    }
    let (animal, deep) = rows::around(&url).await.context("the large household")?;
    let served = Served::start(folder.path(), &url, &redis.url()).await?;
    println!("\nthe same tank among 40, with 2,000 animals");
    for page in pages::of_a_household(&household, animal, &deep) {
        measure.page(&page, &household, &served).await?;
    }
    print_memory(&served)?;
    served.stop().await?;
    // Each in a process of its own, so that the most memory is that of one photo.
    for (name, format) in [("JPEG", ImageFormat::Jpeg), ("PNG", ImageFormat::Png)] {
        let served = Served::start(folder.path(), &url, &redis.url()).await?;
        let taken = photo::add(&served, &household, format).await.context(name)?;
        println!(
            "\na {name} of {:.0} megapixels and {} kB: {:.1} s",
            taken.megapixels,
            taken.bytes / 1000,
            taken.time.as_secs_f64()
        );
        print_memory(&served)?;
        served.stop().await?;
    }
    println!("\nfrom the smallest tank to the largest, the time of one answer alone grows");
    for (name, medians) in &medians {
        if let [first, .., last] = medians[..] {
            println!("{name:<24} {:.2} times", ratio(last, first));
        }
    }
    bare.stop().await?;
    redis.stop().await?;
    postgres.stop().await
}

struct Measure<'a> {
    args: &'a Args,
    bare: Figures,
    /// Postgres' own process.
    postgres: u32,
}

impl Measure<'_> {
    /// Measures a page and prints it.
    async fn page(&self, page: &Page, household: &Household, served: &Served) -> Result<Figures> {
        let cookie = page.signed_in.then_some(household.cookie.as_str());
        let figures = self.of(&Target::page(served.addr, &page.path, cookie), served.pid()?).await?;
        self.print(page.name, &figures);
        Ok(figures)
    }

    /// Latency from one connection alone, requests a second from all of them.
    async fn of(&self, target: &Target, server: u32) -> Result<Figures> {
        let time = Duration::from_secs(self.args.seconds);
        load::run(target, 1, Duration::from_millis(300)).await?;
        let alone = load::run(target, 1, time / 2).await?;
        let (server_before, postgres_before) = (cpu::used(server)?, cpu::used(self.postgres)?);
        let together = load::run(target, self.args.connections, time).await?;
        Ok(Figures {
            median: alone.median,
            server: cpu::used(server)?.saturating_sub(server_before) / together.answers,
            postgres: cpu::used(self.postgres)?.saturating_sub(postgres_before) / together.answers,
            packed: load::weight(target).await?,
            ..together
        })
    }

    fn print(&self, name: &str, figures: &Figures) {
        println!(
            "{name:<20} {:>9.0}/s (1/{:.1})   {:>6.0} µs of serve, {:>5.0} µs of Postgres   {:>8.0} µs alone (×{:.1})   {:>7} bytes, {:>6} packed",
            figures.per_second,
            self.bare.per_second / figures.per_second,
            figures.server.as_secs_f64() * 1e6,
            figures.postgres.as_secs_f64() * 1e6,
            figures.median.as_secs_f64() * 1e6,
            ratio(figures.median, self.bare.median),
            figures.bytes,
            figures.packed,
        );
    }
}

fn print_memory(served: &Served) -> Result<()> {
    println!("memory of serve: {} MB now, {} MB at most", served.memory("VmRSS")?, served.memory("VmHWM")?);
    Ok(())
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}
