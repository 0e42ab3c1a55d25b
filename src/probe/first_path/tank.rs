//! The tank's part of the first path: add one, enter readings, see them.

use anyhow::{Context as _, Result, ensure};
use http::StatusCode;
use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan as _};

use super::FirstPath;
use crate::probe::Finding;
use crate::probe::form::Form;
use crate::system::clock::Clock;

/// How the batch form's number fields end.
const VALUE: &str = "_value";

impl FirstPath<'_> {
    pub(super) async fn tank_form(&mut self) -> Result<Form> {
        let mut form = self.owner.form("/tanks/new").await?;
        form.set("name", "Rehearsal reef").set("profile", "reef_sw").set("timezone", "Europe/Berlin");
        form.set("volume", "240");
        Ok(form)
    }

    pub(super) async fn add_tank(&mut self) -> Result<Finding> {
        let form = self.tank_form().await?;
        let to = self.owner.submit_accepted(&form).await?;
        let again = self.owner.submit(&form).await?.status;
        let tanks = self.count().await?.tanks;
        let page = self.owner.open(&to).await?.status;
        let seen = format!("{to} {}; sent twice ({}) it is still {tanks}", page.as_u16(), again.as_u16());
        self.tank = Some(to.split(['?', '#']).next().unwrap_or_default().to_owned());
        Ok(Finding::pass_if(page == StatusCode::OK && tanks == 1, seen))
    }

    /// A filled-in batch form for the tank; its id is new.
    ///
    /// # Errors
    /// When there is no tank, or its page no form.
    pub async fn batch_form(&mut self) -> Result<Form> {
        let tank = self.tank.clone().context("there is no tank")?;
        let mut form = self.owner.form(&format!("{tank}/readings/new")).await?;
        let keys: Vec<String> =
            form.names().filter_map(|name| name.strip_suffix(VALUE)).map(ToOwned::to_owned).collect();
        ensure!(!keys.is_empty(), "the batch form has no parameters");
        for key in keys {
            form.set(&format!("{key}{VALUE}"), plausible(&key));
        }
        Ok(form)
    }

    pub(super) async fn batch(&mut self) -> Result<Finding> {
        let before = self.count().await?;
        let form = self.batch_form().await?;
        let filled =
            |name: &&str| name.ends_with(VALUE) && form.value(name).is_some_and(|value| !value.is_empty());
        let wanted = form.names().filter(filled).count();
        self.owner.submit_accepted(&form).await?;
        self.owner.submit(&form).await?;
        let mut earlier = self.batch_form().await?;
        shift(&mut earlier, -SignedDuration::from_hours(30))?;
        self.owner.submit_accepted(&earlier).await.context("a batch of yesterday")?;
        let after = self.count().await?;
        let (readings, batches) = (after.readings - before.readings, after.batches - before.batches);
        let seen = format!(
            "2 batches (one sent twice) of {wanted} parameters: {readings} readings in {batches} batches"
        );
        Ok(Finding::pass_if(batches == 2 && usize::try_from(readings) == Ok(wanted * 2), seen))
    }

    pub(super) async fn refused(&mut self) -> Result<Finding> {
        let before = self.count().await?.readings;
        let bad = ["NaN", "Infinity", "1e999", "-400", "9999999999", "7<script>", "eight", "\u{1}"];
        for value in bad {
            let mut form = self.batch_form().await?;
            let name =
                form.names().find(|name| name.ends_with(VALUE)).map(ToOwned::to_owned).context("no field")?;
            form.set(&name, value);
            let status = self.owner.submit(&form).await?.status;
            if !status.is_client_error() {
                return Ok(Finding::fail(format!("{value:?} answered {}", status.as_u16())));
            }
        }
        let mut future = self.batch_form().await?;
        shift(&mut future, SignedDuration::from_hours(30))?;
        let status = self.owner.submit(&future).await?.status;
        let after = self.count().await?.readings;
        let seen =
            format!("{} bad values refused, a future time {}; nothing stored", bad.len(), status.as_u16());
        Ok(Finding::pass_if(status.is_client_error() && before == after, seen))
    }

    pub(super) async fn chart(&mut self) -> Result<Finding> {
        let tank = self.tank.clone().context("there is no tank")?;
        let page = self.owner.open(&tank).await?;
        let html = page.text();
        let good = page.status == StatusCode::OK && html.contains("<svg") && html.contains("id=\"chart\"");
        Ok(Finding::pass_if(
            good,
            format!("{tank} {}, {} KB, with a chart", page.status.as_u16(), page.body.len() / 1024),
        ))
    }

    pub(super) async fn dashboard(&mut self) -> Result<Finding> {
        let page = self.owner.open("/").await?;
        let named = page.text().contains("Rehearsal reef");
        Ok(Finding::pass_if(
            page.status == StatusCode::OK && named,
            format!("/ {}, the tank is on it: {named}", page.status.as_u16()),
        ))
    }

    pub(super) async fn foreign_id(&mut self) -> Result<Finding> {
        let id = Clock::system().uuid();
        let unknown = self.owner.open(&format!("/tanks/{id}")).await?.status;
        let nonsense = self.owner.open("/tanks/..%2f..%2fetc").await?.status;
        let good = [unknown, nonsense] == [StatusCode::NOT_FOUND; 2];
        Ok(Finding::pass_if(
            good,
            format!(
                "a tank that is not there {}, an id that is none {}",
                unknown.as_u16(),
                nonsense.as_u16()
            ),
        ))
    }
}

/// A value a reef keeper might read off a kit.
fn plausible(key: &str) -> &'static str {
    match key {
        "temperature" => "25.4",
        "ph" => "8,1",
        "salinity" => "35",
        "ammonia" | "nitrite" => "<0.02",
        "nitrate" => "5",
        "phosphate" => "0.03",
        "kh" => "8.2",
        "calcium" => "420",
        "magnesium" => "1300",
        _ => "",
    }
}

fn shift(form: &mut Form, by: SignedDuration) -> Result<()> {
    let taken: DateTime =
        form.value("taken_at").context("the form has no time")?.parse().context("the form's time")?;
    let taken = taken.checked_add(by.as_hours().hours())?;
    form.set("taken_at", &taken.strftime("%Y-%m-%dT%H:%M").to_string());
    Ok(())
}
