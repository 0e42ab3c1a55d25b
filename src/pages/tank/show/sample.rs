//! Tanks to look at.

use super::{ChartRow, ChartView, Down, Readout, TankPage, Todo, Trend, Way};
use crate::pages::alert::OpenAlert;
use crate::pages::animal::stock::StockView;
use crate::pages::care::quick::QuickCare;
use crate::pages::estimate::Estimate;
use crate::pages::parts::{Fact, Markup, Pick, State};
use crate::pages::photo;
use crate::pages::samples;
use crate::pages::shell::Shell;
use crate::pages::task::due::DueList;
use crate::pages::timeline::Timeline;
use crate::pages::{gauge, markdown};

impl TankPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let reef = reef();
        let mut one = reef.clone();
        one.readouts.truncate(1);
        one.todo.clear();
        one.estimates.clear();
        one.state = State::Ok;
        one.reason = "1 of 10 tracked values measured; it is in range.".to_owned();
        let mut blank = reef.clone();
        blank.chart = blank.chart.map(|chart| ChartView { rows: vec![], facts: vec![], ..chart });
        let new = Self {
            shell: Shell::sample("tanks").noting(State::Ok, "Reef by the window is added."),
            state: State::New,
            reason: "No readings yet.".to_owned(),
            measured: 0,
            todo: vec![],
            readouts: vec![],
            estimates: vec![],
            chart: None,
            notes: Markup::default(),
            photos: photo::sample::gallery(0),
            stock: StockView::sample_empty(),
            alerts: vec![],
            due: DueList::default(),
            quick: QuickCare { buttons: vec![], ..QuickCare::sample() },
            timeline: Timeline::default(),
            ..reef.clone()
        };
        let mut down = reef.clone();
        down.todo.clear();
        down.down = Some(Down {
            day: "3 May 2026".to_owned(),
            iso: "2026-05-03".to_owned(),
            reason: "Moved to the larger tank in the hall.".to_owned(),
            by: "Ana".to_owned(),
            restore: "/tanks/reef/restore".to_owned(),
        });
        let mut well = reef.clone();
        well.todo.clear();
        well.state = State::Ok;
        well.reason = "All 10 tracked values are in range.".to_owned();
        well.name = "Donaudampfschifffahrtsgesellschaftskapitänsaquarium in the hall".to_owned();
        well.shell.keeper = Some("Maximilian-Alexander von und zu".to_owned());
        let mut dark = reef.clone();
        dark.shell.theme = Some(crate::pages::shell::Theme::Dark);
        [
            ("reef", reef),
            ("one", one),
            ("no-chart", blank),
            ("empty", new),
            ("well", well),
            ("dark", dark),
            ("down", down),
        ]
        .into_iter()
        .map(|(name, page)| (format!("tank-{name}"), page))
        .collect()
    }
}

fn reef() -> TankPage {
    let todo = |state, title: &str, text: &str| Todo {
        state,
        title: title.to_owned(),
        text: text.to_owned(),
        href: "/tanks/reef?parameter=nitrate&range=30d#chart".to_owned(),
    };
    TankPage {
        shell: Shell::sample("tanks").noting(State::Ok, "Saved 6 readings."),
        name: "Reef by the window".to_owned(),
        facts: ["Reef Saltwater", "240 L", "set up 3 May 2024", "Berlin time (CET)"]
            .map(str::to_owned)
            .to_vec(),
        state: State::Act,
        reason: "Phosphate is far above its range.".to_owned(),
        log_href: "/tanks/reef/readings/new".to_owned(),
        charts_href: "/tanks/reef/charts".to_owned(),
        history_href: "/tanks/reef/history".to_owned(),
        tracked: "temperature, pH, salinity, ammonia, nitrite, nitrate, phosphate, KH, calcium and magnesium"
            .to_owned(),
        measured: 9,
        todo: vec![
            todo(State::Act, "Phosphate 0.08 ppm", "Above 0.06. OK is up to 0.05 ppm."),
            todo(State::Watch, "Nitrate 5.8 ppm", "Above 5. OK is up to 5 ppm."),
            todo(State::Stale, "KH 8.2 dKH", "Last measured 34 days ago. Measure it every 30 days."),
        ],
        readouts: vec![
            readout(
                "Temperature",
                "25.4",
                "°C",
                State::Ok,
                "24.4–26.7",
                Some((24.0, 24.4, 26.7, 27.3)),
                25.4,
            ),
            readout("pH", "8.1", "", State::Ok, "8.1–8.4", Some((8.02, 8.1, 8.4, 8.48)), 8.1),
            readout(
                "Salinity",
                "1.0264",
                "SG",
                State::Ok,
                "1.0249–1.0264",
                Some((32.5, 33.0, 35.0, 35.5)),
                35.0,
            ),
            readout("Ammonia", "<0.02", "ppm", State::Ok, "up to 0.05", Some((0.0, 0.0, 0.05, 0.1)), 0.01),
            readout("Nitrite", "0.01", "ppm", State::Ok, "up to 0.05", Some((0.0, 0.0, 0.05, 0.1)), 0.01),
            readout("Nitrate", "5.8", "ppm", State::Watch, "OK up to 5", Some((0.0, 0.0, 5.0, 6.25)), 5.8),
            readout(
                "Phosphate",
                "0.08",
                "ppm",
                State::Act,
                "OK up to 0.05",
                Some((0.0, 0.0, 0.05, 0.06)),
                0.08,
            ),
            readout("KH", "8.2", "dKH", State::Stale, "OK 8–11", Some((7.25, 8.0, 11.0, 11.75)), 8.2),
            readout("Calcium", "420", "ppm", State::Ok, "380–450", Some((362.0, 380.0, 450.0, 468.0)), 420.0),
            readout("Magnesium", "", "ppm", State::New, "OK 1280–1350", None, 0.0),
        ],
        estimates: Estimate::samples(),
        chart: Some(chart()),
        notes: markdown::render(
            "## Flow\n\n- Return pump, 3,000 L/h\n- Two [wave pumps](https://example.org/), *slow at night*\n\n\
             ## Light\n\nTwo lamps, 10:00 to 20:00. `<script>alert(1)</script>`",
        ),
        down: None,
        edit_href: "/tanks/reef/edit".to_owned(),
        parameters_href: "/tanks/reef/parameters".to_owned(),
        photos: photo::sample::gallery(6),
        stock: StockView::sample(),
        alerts: OpenAlert::samples(),
        alerts_href: "/tanks/reef/alerts".to_owned(),
        due: DueList::sample("tank"),
        quick: QuickCare::sample(),
        timeline: Timeline::sample(),
    }
}

fn readout(
    name: &str,
    value: &str,
    unit: &str,
    state: State,
    range: &str,
    bounds: Option<(f64, f64, f64, f64)>,
    at: f64,
) -> Readout {
    let measured = !value.is_empty();
    Readout {
        name: name.to_owned(),
        href: "/tanks/reef?parameter=ph&range=30d#chart".to_owned(),
        chosen: name == "pH",
        value: value.to_owned(),
        unit: unit.to_owned(),
        state,
        gauge: bounds
            .map(|(act_low, ok_low, ok_high, act_high)| {
                let low = (act_low < act_high && ok_low > 0.0).then_some((act_low, ok_low));
                gauge::draw(low.map(|low| low.0), low.map(|low| low.1), Some(ok_high), Some(act_high), at)
            })
            .unwrap_or_default(),
        trend: (measured && name != "Calcium").then(|| Trend {
            way: if state == State::Ok { Way::Level } else { Way::Up },
            text: if state == State::Ok { "same".to_owned() } else { "up 0.4".to_owned() },
        }),
        when: if measured { "today 18:30".to_owned() } else { String::new() },
        iso: "2026-11-23T17:30:00Z".to_owned(),
        range: range.to_owned(),
    }
}

fn chart() -> ChartView {
    let pick = |label: &str, chosen: &str| Pick {
        href: "/tanks/reef?parameter=ph&range=30d#chart".to_owned(),
        label: label.to_owned(),
        chosen: label == chosen,
    };
    let fact = |label: &str, value: &str| Fact { label: label.to_owned(), value: value.to_owned() };
    ChartView {
        title: "pH, last 30 days".to_owned(),
        name: "pH".to_owned(),
        parameters: [
            "Temperature",
            "pH",
            "Salinity",
            "Ammonia",
            "Nitrite",
            "Nitrate",
            "Phosphate",
            "KH",
            "Calcium",
        ]
        .map(|label| pick(label, "pH"))
        .to_vec(),
        spans: ["24 h", "7 d", "30 d", "90 d", "1 y", "All"].map(|label| pick(label, "30 d")).to_vec(),
        all_href: "/tanks/reef?parameter=ph&range=all#chart".to_owned(),
        facts: vec![fact("Lowest", "7.9"), fact("Highest", "8.3"), fact("Last", "8.1")],
        svg: Markup(samples::chart()),
        columns: vec!["pH".to_owned()],
        rows: (0..14)
            .map(|day| ChartRow {
                when: format!("{} Nov, 18:30", 23 - day),
                iso: format!("2026-11-{:02}T17:30:00Z", 23 - day),
                cells: vec![format!("8.{}", day % 4)],
            })
            .collect(),
    }
}
