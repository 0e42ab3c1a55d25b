//! The colours of `assets/app.css`, judged by WCAG 2.2: 4.5:1 for text, 3:1 for the edges of inputs.

use std::collections::BTreeMap;

const CSS: &str = include_str!("../../assets/app.css");

type Tokens = BTreeMap<String, [f64; 3]>;

fn tokens(block: &str) -> Tokens {
    let colours = block.split(';').filter_map(|line| {
        let (name, value) = line.trim().split_once(':')?;
        let (name, hex) = (name.trim().rsplit_once("--")?.1, value.trim().strip_prefix('#')?);
        let part = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok().map(f64::from);
        Some((name.to_owned(), [part(0)?, part(2)?, part(4)?]))
    });
    colours.collect()
}

fn blocks() -> Vec<Tokens> {
    let start = |mark: &str| CSS.find(mark).unwrap_or_else(|| panic!("no {mark} in app.css"));
    let block = |mark: &str| {
        let rest = &CSS[start(mark) + mark.len()..];
        tokens(&rest[..rest.find('}').unwrap()])
    };
    vec![
        block(":root {"),
        block(":root:not([data-theme=\"light\"]) {"),
        block(":root[data-theme=\"dark\"] {"),
    ]
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|part| {
        let part = part / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_text_is_legible_on_every_ground() {
    for (index, tokens) in blocks().iter().enumerate() {
        let at_least = |front: &str, back: &str, limit: f64| {
            let ratio = contrast(tokens[front], tokens[back]);
            assert!(ratio >= limit, "theme {index}: --{front} on --{back} is {ratio:.2}:1, below {limit}:1");
        };
        for front in ["ink", "soft", "tide", "kelp", "amber", "coral", "mist"] {
            for back in ["paper", "surface", "sunk"] {
                at_least(front, back, 4.5);
            }
        }
        for hue in ["tide", "kelp", "amber", "coral", "mist"] {
            for front in [hue, "ink"] {
                at_least(front, &format!("{hue}-tint"), 4.5);
            }
        }
        at_least("on-tide", "tide", 4.5);
        at_least("soft", "tide-tint", 4.5);
        for back in ["paper", "surface"] {
            at_least("edge", back, 3.0);
        }
    }
}

#[test]
fn both_ways_into_the_dark_are_the_same() {
    let blocks = blocks();
    assert_eq!(blocks[1], blocks[2]);
    assert!(blocks[1].len() > 14);
}

#[test]
fn every_block_of_the_style_sheet_closes() {
    let mut depth = 0_i32;
    for (number, line) in CSS.lines().enumerate() {
        depth += i32::try_from(line.matches('{').count()).unwrap()
            - i32::try_from(line.matches('}').count()).unwrap();
        assert!((0..=2).contains(&depth), "line {}: {line}", number + 1);
        // A section begins outside of everything, also after a merge.
        assert!(!line.starts_with("/* ──") || depth == 0, "line {}: {line}", number + 1);
    }
    assert_eq!(depth, 0);
}

#[test]
fn the_assets_keep_within_their_size() {
    assert!(CSS.len() <= 40 * 1024, "app.css is {} bytes", CSS.len());
    let script = include_str!("../../assets/app.js");
    assert!(script.len() <= 10 * 1024, "app.js is {} bytes", script.len());
}
