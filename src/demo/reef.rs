//! A reef: alkalinity dosed and watched twice a week, salinity by refractometer, a laboratory's analysis each quarter.

use jiff::civil::{Date, time};

use super::DemoEvent::{Added, Died, Health, Note};
use super::routine::{Routine, dose, duty, water};
use super::{DemoTank, DemoTask, Life, animal, before, hump, read, season, trace};
use crate::domain::care::{Kind, What};
use crate::domain::tank::VolumeUnit;
use crate::domain::task::Rule;

/// How long ago it was set up.
const DAYS: i32 = 713;

pub(super) fn tank(today: Date) -> DemoTank {
    let mut life = Life::new(23, today, DAYS);
    for day in 3..DAYS {
        let at = f64::from(day);
        // Corals grow and use more than is dosed, until the dose is raised: a slow saw.
        let since_raised = f64::from(day % 56);
        let kh = 8.7 - 0.013 * since_raised + life.noise.around(0.12) - 0.9 * hump(at, 380.0, 391.0, 399.0);
        let midweek = day % 7 == 2 && day > 40;
        let weekend = day % 7 == 5;
        if life.noise.happens(6) && day < DAYS - 8 || !(midweek || weekend) {
            continue;
        }
        let mut values = vec![("kh", read(kh, 0.1, 1), "dKH")];
        if weekend {
            // Young tanks make nitrate and phosphate; both come down, and creep up again in the end.
            let young = hump(at, 0.0, 45.0, 160.0);
            let lately = hump(at, 560.0, 730.0, 900.0);
            let salinity = 1.0256 + 0.0004 * life.noise.part() + 0.0008 * hump(at, 250.0, 262.0, 268.0);
            let phosphate = 0.025 + 0.14 * young + 0.03 * lately + life.noise.around(0.012);
            let nitrate = 2.2 + 11.0 * young + 2.6 * lately + life.noise.around(0.5);
            let ph = 8.2 + 0.04 * season(life.born, day) + life.noise.around(0.04);
            values.extend([
                (
                    "temperature",
                    read(25.5 + 0.5 * season(life.born, day) + life.noise.around(0.15), 0.1, 1),
                    "degC",
                ),
                ("ph", read(ph, 0.01, 2), "pH"),
                ("salinity", read(salinity, 0.0001, 4), "sg"),
                ("nitrate", trace(nitrate, 0.5, 0.1, 1), "ppm"),
                ("phosphate", trace(phosphate, 0.02, 0.01, 2), "ppm"),
            ]);
            if day < 60 {
                values.push(("ammonia", trace(1.1 * hump(at, 2.0, 9.0, 24.0), 0.05, 0.05, 2), "ppm"));
                values.push(("nitrite", trace(0.9 * hump(at, 8.0, 17.0, 34.0), 0.05, 0.05, 2), "ppm"));
            }
            if day % 14 == 5 {
                let calcium = 432.0 - 0.25 * since_raised + life.noise.around(6.0);
                let magnesium = 1330.0 - 0.4 * f64::from(day % 112) + life.noise.around(12.0);
                values.push(("calcium", read(calcium, 5.0, 0), "ppm"));
                values.push(("magnesium", read(magnesium, 10.0, 0), "ppm"));
            }
        }
        life.measure(day, note(day), values);
        if weekend && day % 91 == 5 {
            laboratory(&mut life, day);
        }
    }
    let animals = vec![
        animal(&life, 40, ("", "Blue-leg hermit crab", "Clibanarius tricolor"), 6, &[(410, Died(2), "")]),
        animal(
            &life,
            48,
            ("Nemo and Dot", "Ocellaris clownfish", "Amphiprion ocellaris"),
            2,
            &[(330, Note, "First clutch, beside the anemone")],
        ),
        animal(
            &life,
            90,
            ("", "Torch coral", "Euphyllia glabrescens"),
            1,
            &[(392, Health, "Closed while alkalinity was low"), (500, Added(1), "A head split, fragged")],
        ),
        animal(&life, 150, ("Zorro", "Yellow tang", "Zebrasoma flavescens"), 1, &[]),
    ];
    DemoTank {
        animals,
        name: "Reef by the window",
        profile: "reef_sw",
        volume: (240, VolumeUnit::Litre),
        set_up_on: life.born,
        substrate: "Aragonite sand, 3 cm, and 18 kg of dry rock",
        notes: "## Flow\n\n- Return pump, 2,500 L/h\n- Two wave pumps, slow at night\n\n## Dosing\n\n\
                Kalkwasser by the top-up; alkalinity by hand when it falls **below 8 dKH**.\n",
        not: &["ammonia", "nitrite"],
        also: &["potassium", "iodine", "strontium", "silicate"],
        sessions: life.sessions,
        care: routine(life.born, today).done(),
        tasks: tasks(today),
    }
}

/// What was done for it: alkalinity by hand, more as the corals grew, and trace elements each week.
fn routine(born: Date, today: Date) -> Routine {
    let evening = time(20, 0, 0, 0);
    let alkalinity = |millilitres| dose("Alkalinity", millilitres);
    Routine::new(born, today)
        .every(14, (20, DAYS), time(10, 30, 0, 0), &water(10))
        .every(2, (60, 240), evening, &alkalinity(15))
        .every(2, (240, 380), evening, &alkalinity(25))
        .every(1, (399, DAYS), evening, &alkalinity(20))
        .every(7, (80, DAYS), time(20, 5, 0, 0), &dose("Trace elements", 5))
        .every(
            28,
            (50, DAYS),
            time(11, 0, 0, 0),
            &What { subject: Some("skimmer cup and glass".to_owned()), ..What::bare(Kind::Cleaning) },
        )
        .once(
            390,
            What { subject: Some("dosing pump".to_owned()), ..What::bare(Kind::Equipment) },
            "New hose",
        )
}

fn tasks(today: Date) -> Vec<DemoTask> {
    vec![
        duty("Change 10 % of the water", Rule::Weeks(2), before(today, 13), Some(water(10))),
        duty("Calibrate the refractometer", Rule::MonthDay(1), before(today, 20), None),
        duty("Trace elements", Rule::Days(7), before(today, 7), Some(dose("Trace elements", 5))),
    ]
}

/// What a laboratory finds in a sample of the day: more, and more exactly. Trace elements drift down slowly.
fn laboratory(life: &mut Life, day: i32) {
    let at = f64::from(day);
    let values = vec![
        ("calcium", read(428.0 + life.noise.around(4.0), 0.1, 1), "mg_per_l"),
        ("magnesium", read(1312.0 + life.noise.around(10.0), 0.1, 1), "mg_per_l"),
        ("potassium", read(408.0 - 0.045 * at + life.noise.around(4.0), 0.1, 1), "mg_per_l"),
        ("strontium", read(8.1 - 0.0022 * at + life.noise.around(0.15), 0.01, 2), "mg_per_l"),
        ("iodine", read(0.062 - 0.00004 * at + life.noise.around(0.004), 0.001, 3), "mg_per_l"),
        ("silicate", read(0.12 + life.noise.around(0.04), 0.01, 2), "mg_per_l"),
    ];
    life.measure(day, "ICP analysis, sample of this day", values);
}

fn note(day: i32) -> &'static str {
    match day {
        5 => "Salt mixed to 1.026, live rock in",
        390 => "Dosing pump had run dry, filled it up",
        261 => "Top-up was off over the weekend",
        _ => "",
    }
}
