//! A planted tank with CO₂: soft, a little sour, fed with nitrate, potassium and iron rather than kept free of them.

use jiff::civil::{Date, time};

use super::DemoEvent::{Added, Rehomed};
use super::routine::{Routine, dose, duty, water};
use super::{DemoTank, Life, animal, before, hump, read, season, trace};
use crate::domain::care::{Kind, What};
use crate::domain::tank::VolumeUnit;
use crate::domain::task::Rule;

/// How long ago it was set up.
const DAYS: i32 = 542;

pub(super) fn tank(today: Date) -> DemoTank {
    let mut life = Life::new(37, today, DAYS);
    for day in 1..DAYS {
        let at = f64::from(day);
        let young = day < 35 && day % 3 == 1;
        let weekly = day >= 35 && day % 7 == 6 && !(life.noise.happens(10) && day < DAYS - 8);
        if !(young || weekly) {
            continue;
        }
        // New soil gives off ammonia for some weeks; plants take it up.
        let ammonia = 0.9 * hump(at, 0.0, 5.0, 21.0);
        let nitrite = 0.7 * hump(at, 4.0, 12.0, 28.0);
        // The dose of iron was doubled after half a year, when leaves turned pale.
        let iron = if day < 190 { 0.05 } else { 0.11 };
        let mut values = vec![
            (
                "temperature",
                read(23.9 + 0.7 * season(life.born, day) + life.noise.around(0.2), 0.1, 1),
                "degC",
            ),
            (
                "ph",
                read(6.62 + 0.25 * hump(at, 300.0, 308.0, 316.0) + life.noise.around(0.06), 0.01, 2),
                "pH",
            ),
            ("kh", read(3.9 + life.noise.around(0.3), 0.1, 1), "dKH"),
            ("nitrate", read(12.0 + life.noise.around(3.0), 1.0, 0), "ppm"),
        ];
        if young {
            values.push(("ammonia", trace(ammonia, 0.05, 0.05, 2), "ppm"));
            values.push(("nitrite", trace(nitrite, 0.05, 0.05, 2), "ppm"));
        } else {
            values.push(("phosphate", read(0.35 + life.noise.around(0.1), 0.05, 2), "ppm"));
            values.push(("iron", trace(iron + life.noise.around(0.025), 0.02, 0.01, 2), "ppm"));
        }
        if day % 28 == 6 {
            values.push(("gh", read(6.3 + life.noise.around(0.4), 0.5, 1), "dGH"));
            values.push(("potassium", read(11.0 + life.noise.around(2.5), 1.0, 0), "ppm"));
        }
        life.measure(day, note(day), values);
    }
    let animals = vec![
        animal(
            &life,
            36,
            ("", "Cherry shrimp", "Neocaridina davidi"),
            10,
            &[(120, Added(25), "Young ones, counted roughly"), (400, Rehomed(20), "To the club")],
        ),
        animal(&life, 64, ("", "Ember tetra", "Hyphessobrycon amandae"), 9, &[]),
    ];
    let midday = time(12, 20, 0, 0);
    let routine = Routine::new(life.born, today)
        .every(2, (3, 28), midday, &water(40))
        .every(7, (28, DAYS), midday, &water(50))
        .every(3, (20, 195), midday, &dose("Iron", 1))
        .every(3, (195, DAYS), midday, &dose("Iron", 2))
        .every(7, (35, DAYS), midday, &dose("Potassium nitrate", 4))
        .every(
            14,
            (40, DAYS),
            time(13, 0, 0, 0),
            &What { subject: Some("glass, and pruned the stems".to_owned()), ..What::bare(Kind::Cleaning) },
        )
        .once(307, What { subject: Some("CO₂ bottle, 2 kg".to_owned()), ..What::bare(Kind::Equipment) }, "");
    let tasks = vec![
        duty("Change half of the water", Rule::Weeks(1), before(today, 7), Some(water(50))),
        duty("Iron", Rule::Days(3), before(today, 3), Some(dose("Iron", 2))),
        duty("Weigh the CO₂ bottle", Rule::Weeks(4), before(today, 21), None),
    ];
    DemoTank {
        animals,
        name: "Planted cube",
        profile: "planted_fw",
        volume: (60, VolumeUnit::Litre),
        set_up_on: life.born,
        substrate: "Fired clay granules, 6 cm, over volcanic gravel",
        notes: "## Light\n\nOne LED bar, 9:30 to 17:30.\n\n## CO₂\n\n- 2 kg bottle, on one hour before the light\n\
                - Drop checker in the far corner: *light green*\n",
        not: &["ammonia", "nitrite"],
        also: &["iron", "potassium"],
        sessions: life.sessions,
        care: routine.done(),
        tasks,
    }
}

fn note(day: i32) -> &'static str {
    match day {
        1 => "Soil, wood and plants in",
        195 => "New leaves pale: twice the iron from now on",
        307 => "CO₂ bottle was empty, changed it",
        _ => "",
    }
}
