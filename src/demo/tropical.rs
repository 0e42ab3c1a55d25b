//! A freshwater community: cycled without fish, settled after six weeks, then measured at weekends.

use jiff::civil::{Date, time};

use super::DemoEvent::{Added, Died, Health, Note, Rehomed};
use super::routine::{Routine, duty, food, water};
use super::{DemoTank, Life, animal, before, hump, read, season, trace};
use crate::domain::care::{Kind, What};
use crate::domain::tank::VolumeUnit;
use crate::domain::task::Rule;

/// How long ago it was set up.
const DAYS: i32 = 730;
/// When the fish came.
const CYCLED: i32 = 42;

pub(super) fn tank(today: Date) -> DemoTank {
    let mut life = Life::new(11, today, DAYS);
    let mut nitrate = 5.0;
    for day in 0..DAYS {
        let at = f64::from(day);
        // Ammonia is dosed, bacteria that eat it grow first, then those that eat the nitrite they make.
        let ammonia = 2.6 * hump(at, 0.0, 6.0, 26.0);
        let nitrite = 3.4 * hump(at, 9.0, 22.0, 38.0);
        nitrate += if day < CYCLED { 0.06 * (ammonia + nitrite) * 6.0 } else { 1.7 };
        let change = day == CYCLED || day > CYCLED && day % 7 == 5 && !away(day);
        if change {
            nitrate *= if day == CYCLED { 0.3 } else { 0.62 };
        }
        let cycling = day <= CYCLED && day % 2 == 1;
        let weekend =
            day > CYCLED && day % 7 == 5 && !away(day) && !(life.noise.happens(8) && day < DAYS - 8);
        if !(cycling || weekend) {
            continue;
        }
        let warm = 25.0 + 0.8 * season(life.born, day) + life.noise.around(0.2)
            // The heater stuck for a few days in the second winter.
            - 3.9 * hump(at, 466.0, 471.0, 476.0);
        let mut values = vec![
            ("temperature", read(warm, 0.1, 1), "degC"),
            ("ph", read(7.25 - 0.15 * hump(at, 30.0, 400.0, 760.0) + life.noise.around(0.06), 0.05, 2), "pH"),
            ("ammonia", trace(ammonia + life.noise.around(0.05), 0.05, 0.05, 2), "ppm"),
            ("nitrite", trace(nitrite + life.noise.around(0.05), 0.05, 0.05, 2), "ppm"),
        ];
        if day > 12 {
            values.push(("nitrate", read(nitrate + life.noise.around(1.2), 1.0, 0), "ppm"));
        }
        if day % 14 == 5 {
            values.push(("kh", read(5.4 + life.noise.around(0.4), 0.5, 1), "dKH"));
            values.push(("gh", read(8.6 + life.noise.around(0.6), 0.5, 1), "dGH"));
            values.push(("phosphate", read(0.28 + life.noise.around(0.08), 0.05, 2), "ppm"));
        }
        life.measure(day, note(day), values);
    }
    let animals = vec![
        animal(&life, 43, ("", "Amano shrimp", "Caridina multidentata"), 8, &[(300, Died(1), "")]),
        animal(
            &life,
            45,
            ("", "Neon tetra", "Paracheirodon innesi"),
            14,
            &[
                (52, Died(2), "Found in the morning, the others are lively"),
                (180, Added(8), "From the same shop"),
                (473, Health, "Pale after the cold days, eat again"),
            ],
        ),
        animal(
            &life,
            60,
            ("", "Panda cory", "Corydoras panda"),
            6,
            &[
                (350, Note, "Eggs on the glass after the water change"),
                (395, Added(4), "Grown up in the breeding box"),
                (560, Rehomed(3), "To Jonas"),
            ],
        ),
        animal(&life, 75, ("Gustav", "Honey gourami", "Trichogaster chuna"), 1, &[]),
    ];
    let evening = time(19, 10, 0, 0);
    let flakes = food("flakes", "one pinch");
    let routine = Routine::new(life.born, today)
        .every(7, (CYCLED, 270), evening, &water(30))
        .every(7, (291, 630), evening, &water(30))
        .every(7, (644, DAYS), evening, &water(30))
        .every(1, (DAYS - 40, DAYS), time(18, 5, 0, 0), &flakes)
        .every(56, (60, DAYS), time(19, 40, 0, 0), &What::bare(Kind::Filter))
        .once(473, What { subject: Some("heater, 150 W".to_owned()), ..What::bare(Kind::Equipment) }, "");
    let weekly = before(today, 6);
    let tasks = vec![
        duty("Change 30 % of the water", Rule::Weeks(1), weekly, Some(water(30))),
        duty("Rinse the filter", Rule::After(56), before(today, 2), Some(What::bare(Kind::Filter))),
        duty("Feed frozen food", Rule::Days(3), today, None),
    ];
    DemoTank {
        animals,
        name: "Living room",
        profile: "tropical_fw_community",
        volume: (180, VolumeUnit::Litre),
        set_up_on: life.born,
        substrate: "Fine gravel, 5 cm",
        notes: "## Filter\n\nCanister, rinsed in tank water every eight weeks.\n\n## Heater\n\n150 W, set to 25 °C.\n",
        not: &[],
        also: &[],
        sessions: life.sessions,
        care: routine.done(),
        tasks,
    }
}

/// Three weeks of summer holidays, twice.
fn away(day: i32) -> bool {
    (270..291).contains(&day) || (630..644).contains(&day)
}

fn note(day: i32) -> &'static str {
    match day {
        1 => "First dose of ammonia, no fish yet",
        21 => "Nitrite off the scale of the kit, diluted 1:2",
        CYCLED => "Cycled. Large water change before the fish come",
        473 => "Heater was stuck, replaced",
        _ => "",
    }
}
