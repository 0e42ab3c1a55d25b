//! Animals to test with, entered as a person enters them.

use safeharbor::domain::id::TankId;
use safeharbor::probe::form::Form;

use crate::routes::support::{Answer, Browser, TestApp};

/// Adds so many of a species to a tank that stands in Berlin, and gives the path of their page.
pub(crate) async fn add(browser: &mut Browser, tank: TankId, species: &str, many: &str, at: &str) -> String {
    let mut form = form_at(browser, &format!("/livestock/new?tank={tank}")).await;
    form.set("species", species).set("quantity", many).set("acquired_at", at);
    let answer = browser.post_form(&form).await;
    answer.leads_to().split_once('?').unwrap().0.to_owned()
}

/// The form at `path`. A notice that waits would come before it, with a form to undo what it tells.
pub(crate) async fn form_at(browser: &mut Browser, path: &str) -> Form {
    browser.jar.remove("__Host-sh-notice");
    browser.get(path).await.form()
}

/// Sends the form at `path`, filled in with these fields.
pub(crate) async fn send(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut form = form_at(browser, path).await;
    for (name, value) in fields {
        form.set(name, value);
    }
    browser.post_form(&form).await
}

/// Sends the form, which must be accepted.
pub(crate) async fn happens(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) {
    send(browser, path, fields).await.is(303);
}

/// A second tank, in Berlin too.
pub(crate) async fn other_tank(app: &TestApp, name: &str) -> TankId {
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    app.tank(keeper, name, "planted_fw").await
}

/// Where each animal is and how many there are, as lists know it: `Neon 4 Nano`, by species and number.
pub(crate) async fn standing(app: &TestApp) -> Vec<String> {
    app.column(
        "select concat_ws(' ', a.species, a.quantity, t.name) from animals a join tanks t on t.id = a.tank_id
         where a.deleted_at is null order by a.species, a.quantity desc, t.name",
    )
    .await
}

/// The address of the correction of the event of this kind.
pub(crate) async fn event(app: &TestApp, kind: &str) -> String {
    let found: String = sqlx::query_scalar(
        "select '/livestock/' || animal_id || '/events/' || id from animal_events where kind = $1
         order by created_at desc, id desc limit 1",
    )
    .bind(kind)
    .fetch_one(&app.database.pool)
    .await
    .unwrap();
    found
}

/// Takes a tank down.
pub(crate) async fn decommission(app: &TestApp, tank: TankId) {
    sqlx::query("update tanks set decommissioned_on = '2026-11-22' where id = $1")
        .bind(tank.0)
        .execute(&app.database.pool)
        .await
        .unwrap();
}
