//! The test of Mann and Whitney: do two samples come from one distribution?

use std::time::Duration;

/// How far the ranks of `one` lie from where they would be if both came from one distribution, in standard deviations
/// (the normal approximation): positive when `one` took longer. Nothing is assumed of the distribution, so that a few
/// samples during which the machine was busy elsewhere weigh no more than any other.
pub(super) fn distance(one: &[Duration], other: &[Duration]) -> f64 {
    let (n, m) = (count(one.len()), count(other.len()));
    // Half a point where both took the same.
    let points = |a: &Duration| -> f64 {
        other.iter().map(|b| if a > b { 1.0 } else { f64::from(u8::from(a == b)) / 2.0 }).sum()
    };
    let u: f64 = one.iter().map(points).sum();
    (u - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

fn count(samples: usize) -> f64 {
    f64::from(u32::try_from(samples).unwrap())
}

fn seconds(values: &[u64]) -> Vec<Duration> {
    values.iter().copied().map(Duration::from_secs).collect()
}

#[test]
fn an_example_worked_out_by_hand() {
    let (one, other) = (seconds(&[19, 22, 16, 29, 24]), seconds(&[20, 11, 17, 12]));
    // 17 of 20 pairs; the mean is 10, the standard deviation the root of 5 · 4 · 10 / 12.
    assert!((distance(&one, &other) - 7.0 / (50.0_f64 / 3.0).sqrt()).abs() < 1e-12);
    assert!((distance(&one, &other) + distance(&other, &one)).abs() < 1e-12);
}

#[test]
fn the_same_samples_are_at_no_distance_and_separate_ones_far_apart() {
    let (one, other): (Vec<_>, Vec<_>) = ((0..40).collect(), (40..80).collect());
    assert!(distance(&seconds(&one), &seconds(&one)).abs() < 1e-12);
    assert!(distance(&seconds(&other), &seconds(&one)) > 7.5);
    // One sample that is far out is one rank, not more.
    let mut outlier = one.clone();
    outlier[0] = 1_000_000;
    assert!(distance(&seconds(&outlier), &seconds(&one)) < 0.5);
}
