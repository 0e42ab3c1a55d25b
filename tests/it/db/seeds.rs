use rust_decimal::Decimal;
use safeharbor::domain::parameter::WaterType;
use safeharbor::domain::range::{ActRule, Range};
use safeharbor::domain::unit::{Conversion, UnitSystem};

use super::household::{Household, d};

#[tokio::test]
async fn everything_of_the_predecessor_and_more_can_be_measured() {
    let catalogue = Household::new().await.catalogue;
    let keys: Vec<_> = catalogue.parameters().iter().map(|parameter| parameter.key.as_str()).collect();
    assert_eq!(
        keys[..11],
        [
            "temperature",
            "ph",
            "salinity",
            "ammonia",
            "nitrite",
            "nitrate",
            "phosphate",
            "kh",
            "gh",
            "calcium",
            "magnesium"
        ]
    );
    assert_eq!(keys.len(), 22);
    let profiles: Vec<_> = catalogue.profiles().iter().map(|profile| profile.key.as_str()).collect();
    assert_eq!(
        profiles,
        ["tropical_fw_community", "coldwater_fw", "planted_fw", "reef_sw", "fowlr_sw", "brackish"]
    );
    assert_eq!(catalogue.profile("brackish").unwrap().water_type, WaterType::Brackish);
}

#[tokio::test]
async fn units_convert_as_documented() {
    let catalogue = Household::new().await.catalogue;
    for (key, unit, entered, canonical) in [
        ("temperature", "degF", "78", "25.5556"),
        ("salinity", "sg", "1.0264", "35.0"),
        ("salinity", "ms_cm", "53.07", "35.0"),
        ("ammonia", "ppm_n", "1", "1.2879"),
        ("ammonia", "ppm_nh3", "1.2159", "1.2879"),
        ("nitrite", "ppm_n", "1", "3.2844"),
        ("nitrate", "ppm_n", "10", "44.266"),
        ("phosphate", "ppm_p", "1", "3.0661"),
        ("phosphate", "ppb", "31", "0.031"),
        ("kh", "meq_per_l", "1", "2.8039"),
        ("kh", "ppm_caco3", "50.04", "2.8039"),
        ("gh", "ppm_caco3", "17.848", "1"),
        ("calcium", "mg_per_l", "420", "420"),
        ("conductivity", "ms_cm", "0.5", "500"),
    ] {
        let parameter = catalogue.parameter_by_key(key).unwrap();
        let unit = parameter.unit(unit).unwrap();
        let found = unit.to_canonical(d(entered)).unwrap();
        let within = if unit.conversion == Conversion::Linear { Decimal::ZERO } else { d("0.05") };
        assert!((found - d(canonical)).abs() <= within, "{key}: {entered} {} is {found}", unit.code);
    }
}

#[tokio::test]
async fn every_parameter_is_usable() {
    for parameter in Household::new().await.catalogue.parameters() {
        assert_eq!(parameter.units.first(), Some(&parameter.canonical), "{}", parameter.key);
        assert!(!parameter.waters.is_empty() && parameter.jump.is_some(), "{}", parameter.key);
        assert!(parameter.units.iter().filter(|unit| unit.imperial).count() <= 1);
        for unit in &parameter.units {
            assert_eq!(parameter.preferred_unit(UnitSystem::Metric, Some(&unit.code)), unit);
            // Nothing between the bounds is out of a unit's reach.
            for bound in [parameter.hard_low, parameter.hard_high] {
                assert!(unit.from_canonical(bound).is_some(), "{} {}", parameter.key, unit.code);
            }
        }
    }
}

#[tokio::test]
async fn every_preset_follows_the_rule_and_names_its_source() {
    let household = Household::new().await;
    let rows = sqlx::query!(
        "select profile_key, key, act_low, ok_low, ok_high, act_high, source_low, source_high, has_lower_side,
                stale_after_days
         from profile_ranges join parameters on id = parameter_id"
    )
    .fetch_all(&household.database.pool)
    .await
    .unwrap();
    assert_eq!(rows.len(), 53);
    for row in rows {
        let place = format!("{} {}", row.profile_key, row.key);
        let rule = match row.key.as_str() {
            "ammonia" | "nitrite" => ActRule::TwiceUpper,
            "nitrate" | "phosphate" => ActRule::QuarterUpper,
            _ => ActRule::Quarter,
        };
        assert_eq!(row.has_lower_side, rule == ActRule::Quarter, "{place}");
        let stored = Range::new(row.act_low, row.ok_low, row.ok_high, row.act_high).unwrap();
        let derived = Range::from_preset(row.ok_low.unwrap_or_default(), row.ok_high.unwrap(), rule);
        assert_eq!(stored, derived, "{place}");
        assert_eq!(row.source_low.is_some(), row.ok_low.is_some(), "{place}");
        assert!(row.source_high.is_some(), "{place}");
        let days = match row.key.as_str() {
            "kh" | "gh" | "calcium" | "magnesium" => 30,
            "nitrate" | "phosphate" => 14,
            _ => 7,
        };
        assert_eq!(row.stale_after_days, days, "{place}");
    }
}
