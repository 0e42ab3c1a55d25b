//! Colours: pictures of phones are often in a wider space than the web's. Those with an ICC profile are converted
//! to sRGB, so that they look right without it.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::shrink::Rgb;

/// Profiles are a few kilobytes; one with a table for every printer is not worth the memory.
const LARGEST_PROFILE: usize = 1024 * 1024;

/// Converts a picture from its profile to sRGB. One whose profile cannot be used is taken for sRGB, as a browser
/// takes a picture without one.
pub(super) fn to_srgb(picture: Rgb, profile: &[u8]) -> Rgb {
    match convert(&picture, profile) {
        Some(pixels) => Rgb { pixels, ..picture },
        None => picture,
    }
}

fn convert(picture: &Rgb, profile: &[u8]) -> Option<Vec<u8>> {
    if profile.len() > LARGEST_PROFILE {
        return None;
    }
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    // A profile of a grey or a printed picture does not fit what the decoder gave: three colours.
    if profile.color_space != DataColorSpace::Rgb {
        return None;
    }
    let options = TransformOptions::default();
    let transform =
        profile.create_transform_8bit(Layout::Rgb, &ColorProfile::new_srgb(), Layout::Rgb, options).ok()?;
    let mut pixels = vec![0; picture.pixels.len()];
    transform.transform(&picture.pixels, &mut pixels).ok()?;
    Some(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(rgb: [u8; 3]) -> Rgb {
        Rgb { width: 1, height: 1, pixels: rgb.to_vec() }
    }

    #[test]
    fn a_wider_space_is_converted() {
        let p3 = ColorProfile::new_display_p3().encode().unwrap();
        // The reddest red of sRGB, as Display P3 writes it.
        let converted = to_srgb(pixel([234, 51, 35]), &p3).pixels;
        assert!(converted[0] > 252 && converted[1] < 12 && converted[2] < 12, "{converted:?}");
        let grey = to_srgb(pixel([128; 3]), &p3).pixels;
        assert!(grey.iter().all(|value| value.abs_diff(128) <= 1), "{grey:?}");
    }

    #[test]
    fn what_cannot_be_used_changes_nothing() {
        let red = pixel([234, 51, 35]);
        let gray = ColorProfile::new_gray_with_gamma(2.2).encode().unwrap();
        for profile in [&b""[..], b"no profile", &vec![0; 2 * 1024 * 1024], &gray] {
            assert_eq!(to_srgb(red.clone(), profile), red);
        }
    }
}
