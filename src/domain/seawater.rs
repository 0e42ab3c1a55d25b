//! Salinity, density and conductivity of sea water.
//!
//! Density: the one-atmosphere equation of state EOS-80 (Millero & Poisson 1981, Deep-Sea Research 28A;
//! UNESCO technical papers in marine science 44, algorithm "density"). Conductivity: the practical salinity
//! scale PSS-78 (same paper, 44), with the extension of Hill, Dauphinee & Woods 1986 (IEEE J. Oceanic Eng.
//! OE-11) that lets it reach 0. Salinity in ppt stands for practical salinity: the difference is below what
//! any kit shows.

/// The highest salinity the scales are used for, in ppt.
const HIGHEST: f64 = 75.0;
/// Conductivity of standard sea water, 35 ppt at 15 °C, in mS/cm.
const STANDARD_MS_CM: f64 = 42.914;

/// Specific gravity of water of `salinity` ppt against pure water, both at 25 °C.
pub fn specific_gravity_25(salinity: f64) -> f64 {
    specific_gravity(salinity, 25.0)
}

/// Salinity in ppt of water with this specific gravity (25/25 °C); `None` outside 0 to 75 ppt.
pub fn salinity_of_specific_gravity_25(gravity: f64) -> Option<f64> {
    invert(gravity, specific_gravity_25)
}

/// Conductivity in mS/cm at 25 °C of water of `salinity` ppt; `None` outside 0 to 75 ppt.
pub fn conductivity_25(salinity: f64) -> Option<f64> {
    if !(0.0..=HIGHEST).contains(&salinity) {
        return None;
    }
    // Salinity rises with conductivity, so the inverse is found by halving.
    halve(0.0, 150.0, |conductivity| practical_salinity(conductivity, 25.0) < salinity)
}

/// Salinity in ppt of water with this conductivity in mS/cm at 25 °C; `None` outside 0 to 75 ppt.
pub fn salinity_of_conductivity_25(conductivity: f64) -> Option<f64> {
    let salinity = practical_salinity(conductivity, 25.0);
    (conductivity >= 0.0 && salinity <= HIGHEST).then_some(salinity.max(0.0))
}

/// Density ratio to pure water at the same temperature, `t` in °C.
fn specific_gravity(salinity: f64, t: f64) -> f64 {
    density(salinity, t) / density(0.0, t)
}

/// Density in kg/m³ at one atmosphere, `t` in °C.
fn density(salinity: f64, t: f64) -> f64 {
    let pure =
        polynomial(t, &[999.842_594, 6.793_952e-2, -9.095_290e-3, 1.001_685e-4, -1.120_083e-6, 6.536_332e-9]);
    let a = polynomial(t, &[8.244_93e-1, -4.089_9e-3, 7.643_8e-5, -8.246_7e-7, 5.387_5e-9]);
    let b = polynomial(t, &[-5.724_66e-3, 1.022_7e-4, -1.654_6e-6]);
    pure + a * salinity + b * salinity.powf(1.5) + 4.831_4e-4 * salinity * salinity
}

/// Practical salinity of water with this conductivity (mS/cm) at `t` °C and one atmosphere.
fn practical_salinity(conductivity: f64, t: f64) -> f64 {
    let at_35 = polynomial(t, &[0.676_609_7, 2.005_64e-2, 1.104_259e-4, -6.969_8e-7, 1.003_1e-9]);
    let ratio = conductivity.max(0.0) / STANDARD_MS_CM / at_35;
    let root = ratio.sqrt();
    let warmth = (t - 15.0) / (1.0 + 0.0162 * (t - 15.0));
    let salinity = polynomial(root, &[0.0080, -0.1692, 25.3851, 14.0941, -7.0261, 2.7081])
        + warmth * polynomial(root, &[0.0005, -0.0056, -0.0066, -0.0375, 0.0636, -0.0144]);
    let (x, y) = (400.0 * ratio, 100.0 * ratio);
    salinity - 0.0080 / (1.0 + 1.5 * x + x * x) - 0.0005 * warmth / (1.0 + y.sqrt() + y + y.powf(1.5))
}

fn polynomial(x: f64, coefficients: &[f64]) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// The salinity at which a rising function reaches `wanted`.
fn invert(wanted: f64, rising: fn(f64) -> f64) -> Option<f64> {
    if !(rising(0.0)..=rising(HIGHEST)).contains(&wanted) {
        return None;
    }
    halve(0.0, HIGHEST, |salinity| rising(salinity) < wanted)
}

/// Halves `[low, high]` towards the point where `too_low` turns false: 60 steps exhaust an `f64`.
fn halve(mut low: f64, mut high: f64, too_low: impl Fn(f64) -> bool) -> Option<f64> {
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if too_low(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high.is_finite().then_some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() <= within, "{found} is not {expected} ± {within}");
    }

    #[test]
    fn density_matches_the_check_values_of_unesco_44() {
        close(density(0.0, 5.0), 999.966_75, 1e-5);
        close(density(35.0, 5.0), 1_027.675_47, 1e-5);
        close(density(35.0, 25.0), 1_023.343_06, 1e-5);
    }

    #[test]
    fn gravity_at_25_degrees() {
        for (salinity, gravity) in [
            (5.0, 1.0038),
            (10.0, 1.0075),
            (20.0, 1.0150),
            (30.0, 1.0226),
            (33.0, 1.0249),
            (35.0, 1.0264),
            (36.0, 1.0271),
        ] {
            close(specific_gravity_25(salinity), gravity, 0.000_05);
            close(salinity_of_specific_gravity_25(specific_gravity_25(salinity)).unwrap(), salinity, 1e-9);
        }
        close(specific_gravity(35.0, 20.0), 1.0266, 0.000_05);
        assert_eq!(salinity_of_specific_gravity_25(0.9999), None);
        assert_eq!(salinity_of_specific_gravity_25(1.2), None);
        assert_eq!(salinity_of_specific_gravity_25(f64::NAN), None);
    }

    #[test]
    fn conductivity_at_25_degrees() {
        close(conductivity_25(35.0).unwrap(), 53.07, 0.02);
        close(practical_salinity(42.91, 15.0), 35.0, 0.005);
        close(salinity_of_conductivity_25(53.07).unwrap(), 35.0, 0.02);
        close(salinity_of_conductivity_25(0.0).unwrap(), 0.0, 1e-9);
        for salinity in [0.0, 0.1, 1.0, 5.0, 15.0, 30.0, 42.0, 60.0] {
            let back = salinity_of_conductivity_25(conductivity_25(salinity).unwrap()).unwrap();
            close(back, salinity, 1e-9);
        }
        assert_eq!(salinity_of_conductivity_25(-1.0), None);
        assert_eq!(salinity_of_conductivity_25(500.0), None);
        assert_eq!(conductivity_25(f64::NAN), None);
    }

    #[test]
    fn conductivity_rises_with_salinity_all_the_way_down() {
        let steps: Vec<f64> =
            (0..=1200).map(|step| practical_salinity(f64::from(step) * 0.08, 25.0)).collect();
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
