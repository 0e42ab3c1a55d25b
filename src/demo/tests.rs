use jiff::civil::date;

use super::*;

const TODAY: Date = date(2026, 11, 23);

fn series(tank: &DemoTank, key: &str) -> Vec<(i32, f64, bool)> {
    tank.sessions
        .iter()
        .flat_map(|session| {
            let day = (session.at.date() - tank.set_up_on).get_days();
            session.values.iter().filter(|value| value.0 == key).map(move |(_, value, _)| {
                let below = value.starts_with('<');
                (day, value.trim_start_matches('<').parse().unwrap(), below)
            })
        })
        .collect()
}

fn highest(series: &[(i32, f64, bool)]) -> (i32, f64) {
    let top = series.iter().copied().max_by(|one, other| one.1.total_cmp(&other.1)).unwrap();
    (top.0, top.1)
}

#[test]
fn the_same_day_gives_the_same_household() {
    assert_eq!(tanks(TODAY), tanks(TODAY));
    assert_ne!(tanks(TODAY), tanks(date(2026, 11, 24)));
}

#[test]
fn each_tank_is_measured_in_order_up_to_lately() {
    for tank in tanks(TODAY) {
        assert!(tank.sessions.len() > 70, "{}: {}", tank.name, tank.sessions.len());
        assert!(tank.sessions.is_sorted_by_key(|session| session.at.date()), "{}", tank.name);
        let last = tank.sessions.last().unwrap().at.date();
        assert!(last < TODAY && (TODAY - last).get_days() <= 5, "{}: {last}", tank.name);
        assert!(tank.sessions.iter().all(|session| session.at.date() >= tank.set_up_on));
        assert!(tank.care.is_sorted_by_key(|care| care.at) && tank.care.len() > 100, "{}", tank.name);
        assert!(tank.care.iter().all(|care| (tank.set_up_on..TODAY).contains(&care.at.date())));
        for session in &tank.sessions {
            let mut keys: Vec<_> = session.values.iter().map(|value| value.0).collect();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), session.values.len(), "{} {}", tank.name, session.at);
        }
    }
}

#[test]
fn a_cycle_peaks_first_in_ammonia_then_in_nitrite_and_settles() {
    let [tropical, reef, planted] = tanks(TODAY);
    for tank in [&tropical, &reef, &planted] {
        let (ammonia, nitrite) = (series(tank, "ammonia"), series(tank, "nitrite"));
        let (first, second) = (highest(&ammonia), highest(&nitrite));
        assert!(first.0 < second.0 && first.1 > 0.5 && second.1 > 0.5, "{} {first:?} {second:?}", tank.name);
    }
    // Settled: at most a trace, and mostly not even that.
    for key in ["ammonia", "nitrite"] {
        let settled: Vec<_> = series(&tropical, key).into_iter().filter(|value| value.0 > 60).collect();
        assert!(settled.iter().all(|value| value.1 < 0.25));
        assert!(settled.iter().filter(|value| value.2).count() * 10 > settled.len() * 6);
    }
    let strontium = series(&reef, "strontium");
    assert!(strontium.len() >= 6 && strontium[0].1 > strontium.last().unwrap().1 + 0.5);
    assert!(series(&reef, "salinity").iter().all(|value| (1.024..1.028).contains(&value.1)));
}
