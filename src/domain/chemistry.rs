//! Estimates from several readings of one session. A page shows them with their inputs, or not at all.

/// Toxic ammonia that asks for watching, mg/L NH₃.
pub const NH3_WATCH: f64 = 0.02;
/// Toxic ammonia that asks for acting, mg/L NH₃.
pub const NH3_ACT: f64 = 0.05;
/// The same for marine fish.
pub const NH3_ACT_MARINE: f64 = 0.01;

/// The toxic part (0 to 1) of total ammonia in fresh water: Emerson et al. 1975, J. Fish. Res. Board Can. 32.
/// `celsius` 0 to 50, pH 0 to 14; `None` outside.
pub fn nh3_fraction_fresh(ph: f64, celsius: f64) -> Option<f64> {
    let kelvin = kelvin(celsius)?;
    let pka = 0.090_18 + 2_729.92 / kelvin;
    (0.0..=14.0).contains(&ph).then(|| 1.0 / (1.0 + 10_f64.powf(pka - ph)))
}

/// The toxic part (0 to 1) of total ammonia in brackish and sea water: Clegg & Whitfield 1995, Geochimica et
/// Cosmochimica Acta 59. `celsius` 0 to 50, pH 0 to 14, `salinity` 0 to 60 ppt; `None` outside.
pub fn nh3_fraction_salt(ph: f64, celsius: f64, salinity: f64) -> Option<f64> {
    let t = kelvin(celsius)?;
    if !(0.0..=14.0).contains(&ph) || !(0.0..=60.0).contains(&salinity) {
        return None;
    }
    let (root_t, s) = (t.sqrt(), salinity);
    let pk = 9.244_605 - 2_729.33 * (1.0 / 298.15 - 1.0 / t)
        + (0.042_033_62 - 11.247_42 / t) * s.powf(0.25)
        + (-13.641_6 + 1.176_949 * root_t - 0.028_607_85 * t + 545.483_4 / t) * s.sqrt()
        + (-0.146_250_7 + 0.009_022_646_8 * root_t - 0.000_147_136_1 * t + 10.542_5 / t) * s.powf(1.5)
        + (0.004_669_309 - 0.000_169_174_2 * root_t - 0.567_793_4 / t) * s * s
        + (-2.354_039e-5 + 0.009_698_623 / t) * s.powf(2.5);
    // From moles per kilogram of water to moles per kilogram of sea water.
    let k = 10_f64.powf(-pk) * (1.0 - 0.001_005 * s);
    Some(k / (k + 10_f64.powf(-ph)))
}

/// Toxic ammonia in mg/L NH₃, from total ammonia in mg/L NH₄ and its toxic part.
pub fn toxic_ammonia(total_as_nh4: f64, fraction: f64) -> f64 {
    total_as_nh4 / 1.2879 * 1.2159 * fraction
}

/// Dissolved CO₂ in ppm from carbonate hardness (dKH) and pH. Holds for water whose alkalinity is carbonate,
/// as in a planted freshwater tank; the aim is 20 to 30.
pub fn co2_estimate(kh: f64, ph: f64) -> Option<f64> {
    ((0.0..=100.0).contains(&kh) && (0.0..=14.0).contains(&ph)).then(|| 3.0 * kh * 10_f64.powf(7.0 - ph))
}

fn kelvin(celsius: f64) -> Option<f64> {
    (0.0..=50.0).contains(&celsius).then_some(celsius + 273.15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Option<f64>, expected: f64, within: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() <= within, "{found} is not {expected}");
    }

    #[test]
    fn fresh_water() {
        for (celsius, ph, fraction) in [
            (20.0, 7.0, 0.0039),
            (25.0, 7.0, 0.0056),
            (25.0, 8.0, 0.0537),
            (25.0, 8.2, 0.0825),
            (28.0, 8.2, 0.0998),
            (25.0, 9.0, 0.3619),
            (10.0, 7.5, 0.0058),
        ] {
            close(nh3_fraction_fresh(ph, celsius), fraction, 0.000_1);
        }
        assert_eq!(nh3_fraction_fresh(8.0, 51.0), None);
        assert_eq!(nh3_fraction_fresh(f64::NAN, 25.0), None);
    }

    #[test]
    fn sea_water() {
        for (salinity, celsius, ph, fraction) in [
            (10.0, 25.0, 8.2, 0.0879),
            (35.0, 25.0, 8.2, 0.0826),
            (35.0, 25.0, 8.0, 0.0537),
            (35.0, 27.0, 8.4, 0.1430),
        ] {
            close(nh3_fraction_salt(ph, celsius, salinity), fraction, 0.000_1);
        }
        assert_eq!(nh3_fraction_salt(8.0, 25.0, 61.0), None);
    }

    #[test]
    fn estimates() {
        close(Some(toxic_ammonia(1.2879, 0.5)), 0.607_95, 1e-9);
        close(co2_estimate(4.0, 6.6), 30.14, 0.01);
        assert_eq!(co2_estimate(-1.0, 7.0), None);
    }
}
