//! Making a picture smaller by averaging areas: each new pixel is the mean of what it covers. Read row by row, so
//! that a picture of 50 megapixels needs no second copy of itself.

/// Rows of red, green and blue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rgb {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Three bytes a pixel, row by row.
    pub pixels: Vec<u8>,
}

/// Shrinks a picture of `from` to `to`, neither side of which is larger. `row` writes the row with this number.
pub fn shrink(from: (u32, u32), to: (u32, u32), mut row: impl FnMut(u32, &mut [u8])) -> Rgb {
    let mut line = vec![0_u8; from.0 as usize * 3];
    let mut pixels = Vec::with_capacity(to.0 as usize * to.1 as usize * 3);
    if from == to {
        for number in 0..from.1 {
            row(number, &mut line);
            pixels.extend_from_slice(&line);
        }
        return Rgb { width: to.0, height: to.1, pixels };
    }
    let mut narrow = vec![0_f32; to.0 as usize * 3];
    let mut sum = vec![0_f32; to.0 as usize * 3];
    // In units in which an old row is as high as there are new ones, and a new row as there are old ones.
    let (old, new) = (u64::from(to.1), u64::from(from.1));
    let mut filled = 0;
    for number in 0..from.1 {
        row(number, &mut line);
        narrow_line(&line, from.0, to.0, &mut narrow);
        let mut left = old;
        while left > 0 {
            let part = left.min(new - filled);
            let weight = share(part, new);
            for (sum, value) in sum.iter_mut().zip(&narrow) {
                *sum += value * weight;
            }
            filled += part;
            left -= part;
            if filled == new {
                pixels.extend(sum.iter().map(|value| byte(*value)));
                sum.fill(0.0);
                filled = 0;
            }
        }
    }
    Rgb { width: to.0, height: to.1, pixels }
}

/// The same within one row.
fn narrow_line(line: &[u8], from: u32, to: u32, narrow: &mut [f32]) {
    let (old, new) = (u64::from(to), u64::from(from));
    let whole = share(old, new);
    let mut place = 0;
    let mut filled = 0;
    let mut sum = [0_f32; 3];
    for pixel in line.chunks_exact(3) {
        let rgb = [f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2])];
        if filled + old < new {
            for channel in 0..3 {
                sum[channel] += rgb[channel] * whole;
            }
            filled += old;
            continue;
        }
        let first = share(new - filled, new);
        filled = old - (new - filled);
        let rest = share(filled, new);
        for channel in 0..3 {
            narrow[place * 3 + channel] = sum[channel] + rgb[channel] * first;
            sum[channel] = rgb[channel] * rest;
        }
        place += 1;
    }
}

#[expect(clippy::cast_precision_loss, reason = "of pictures' sides, far below what is exact")]
fn share(part: u64, whole: u64) -> f32 {
    part as f32 / whole as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

impl Rgb {
    /// The same picture with these sides, neither of which is larger.
    #[must_use]
    pub fn shrunk(&self, to: (u32, u32)) -> Self {
        let stride = self.width as usize * 3;
        shrink((self.width, self.height), to, |number, line| {
            line.copy_from_slice(&self.pixels[number as usize * stride..][..stride]);
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pixels_are_the_mean_of_what_they_cover() {
        let picture = Rgb {
            width: 3,
            height: 2,
            pixels: [0, 90, 240, 30, 60, 90].iter().flat_map(|v| [*v; 3]).collect(),
        };
        let one = |to| picture.shrunk(to).pixels.iter().step_by(3).copied().collect::<Vec<_>>();
        assert_eq!(one((3, 2)), [0, 90, 240, 30, 60, 90]);
        assert_eq!(one((3, 1)), [15, 75, 165]);
        assert_eq!(one((1, 2)), [110, 60]);
        // The middle pixel belongs half to each side: (0 + 45) / 1.5 and (45 + 240) / 1.5.
        assert_eq!(one((2, 2)), [30, 190, 40, 80]);
        assert_eq!(one((1, 1)), [85]);
    }

    proptest! {
        #[test]
        fn one_colour_stays_and_no_value_is_invented(
            (from, to) in (1_u32..60, 1_u32..60)
                .prop_flat_map(|from| (Just(from), (1..=from.0, 1..=from.1))),
            low: u8, spread in 0_u8..=60, seed: u32,
        ) {
            let high = low.saturating_add(spread);
            let value = |at: u32| low + u8::try_from((at.wrapping_mul(seed | 1) >> 7) % (u32::from(high - low) + 1)).unwrap();
            let made = shrink(from, to, |number, line| {
                for (at, byte) in (0_u32..).zip(line.iter_mut()) {
                    *byte = value(number * 1_000 + at);
                }
            });
            prop_assert_eq!(made.pixels.len(), to.0 as usize * to.1 as usize * 3);
            prop_assert!(made.pixels.iter().all(|value| (low..=high).contains(value)));
        }
    }
}
