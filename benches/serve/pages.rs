//! The pages that are measured: their names and addresses.

use uuid::Uuid;

use crate::rows::Household;

/// What the tank measures.
const TEN: [&str; 10] = [
    "temperature",
    "ph",
    "salinity",
    "ammonia",
    "nitrite",
    "nitrate",
    "phosphate",
    "kh",
    "calcium",
    "magnesium",
];

/// A page.
pub(crate) struct Page {
    pub(crate) name: &'static str,
    pub(crate) path: String,
    pub(crate) signed_in: bool,
}

fn page(name: &'static str, path: impl Into<String>) -> Page {
    Page { name, path: path.into(), signed_in: true }
}

/// Pages of one tank with a long history. `deep` is a place among its oldest readings.
pub(crate) fn of_a_tank(household: &Household, deep: &str) -> Vec<Page> {
    let tank = format!("/tanks/{}", household.tank);
    let all: String = TEN.map(|key| format!("&parameter={key}")).concat();
    let chart = |name, range: &str| page(name, format!("{tank}?parameter=ph&range={range}"));
    vec![
        Page { signed_in: false, ..page("/healthz", "/healthz") },
        Page { signed_in: false, ..page("sign-in page", "/sign-in") },
        page("dashboard", "/"),
        page("tank page", &*tank),
        chart("chart of 24 h", "24h"),
        chart("chart of 7 d", "7d"),
        chart("chart of 30 d", "30d"),
        chart("chart of 90 d", "90d"),
        chart("chart of 1 y", "1y"),
        chart("chart of all", "all"),
        page("history", format!("{tank}/history")),
        page("history, pH", format!("{tank}/history?parameter=ph")),
        page("history, deep", format!("{tank}/history?at={deep}")),
        page("history, pH, deep", format!("{tank}/history?parameter=ph&at={deep}")),
        page("charts of four, 30 d", format!("{tank}/charts")),
        page("charts of ten, 1 y", format!("{tank}/charts?range=1y{all}")),
        page("timeline", format!("{tank}/timeline")),
    ]
}

/// Pages of a large household. `deep` is a place among its first animals.
pub(crate) fn of_a_household(household: &Household, animal: Uuid, deep: &str) -> Vec<Page> {
    let tank = format!("/tanks/{}", household.tank);
    vec![
        page("dashboard", "/"),
        page("tanks", "/tanks"),
        page("tanks as a table", "/tanks?view=table"),
        page("tank page", &*tank),
        page("livestock", "/livestock"),
        page("livestock, deep", format!("/livestock?at={deep}")),
        page("livestock, found", "/livestock?q=fish+1"),
        page("an animal", format!("/livestock/{animal}")),
        page("timeline", format!("{tank}/timeline")),
        page("tasks", "/tasks"),
        page("all tasks", "/tasks?show=all"),
        page("history", format!("{tank}/history")),
        page("batch form", format!("{tank}/readings/new")),
        page("quick entry", "/readings/quick"),
    ]
}
