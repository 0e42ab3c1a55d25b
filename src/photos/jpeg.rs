//! Looking over a JPEG before it is decoded: how much memory it will take, and whether all of it is there. The
//! decoder would fill what is cut off with grey, and take as long as a file asks for.

use super::Refused;

/// The most scans of one picture. Programs that write progressive pictures use about ten; each is a pass over all
/// of the picture, and thousands fit into a small file.
const MOST_SCANS: u32 = 100;

/// What is known of a JPEG without decoding it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Refined scan by scan, which needs all of its coefficients in memory.
    pub progressive: bool,
    /// How many samples there are for a hundred pixels: 300 for three colours at full size, 150 for 4:2:0.
    pub samples: u64,
}

/// Walks through the file, from marker to marker.
///
/// # Errors
/// When it is cut off or no JPEG, or has more scans than any real one.
pub fn outline(file: &[u8]) -> Result<Outline, Refused> {
    let mut outline = None;
    let mut scans = 0;
    let mut at = 2;
    loop {
        let (marker, next) = marker(file, at)?;
        match marker {
            // The end of the picture; what follows (a second picture, somebody's zip file) is not looked at.
            0xD9 if scans > 0 => return outline.ok_or(Refused::Damaged),
            0xD9 => return Err(Refused::Damaged),
            // Restarts and markers without content.
            0x01 | 0xD0..=0xD8 => at = next,
            _ => {
                let length = match file.get(next..next + 2) {
                    Some(&[high, low]) => usize::from(u16::from_be_bytes([high, low])),
                    _ => return Err(Refused::CutOff),
                };
                let content = file.get(next + 2..next + length.max(2)).ok_or(Refused::CutOff)?;
                match marker {
                    // Frames; C4, C8 and CC share the range and are none.
                    0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                        if outline.is_some() {
                            return Err(Refused::Damaged);
                        }
                        outline = Some(frame(marker, content)?);
                    }
                    0xDA => scans += 1,
                    _ => {}
                }
                if scans > MOST_SCANS {
                    return Err(Refused::Damaged);
                }
                at = next + length.max(2);
            }
        }
    }
}

/// The next marker at or after `from`, and where its content begins. Before it, compressed data is skipped, in which
/// FF is followed by 00.
fn marker(file: &[u8], mut from: usize) -> Result<(u8, usize), Refused> {
    loop {
        match file.get(from..) {
            None | Some([] | [_]) => return Err(Refused::CutOff),
            Some([0xFF, 0x00, ..]) => from += 2,
            // Any number of FF may stand before a marker.
            Some([0xFF, 0xFF, ..]) => from += 1,
            Some([0xFF, marker, ..]) => return Ok((*marker, from + 2)),
            Some(_) => from += 1,
        }
    }
}

fn frame(marker: u8, content: &[u8]) -> Result<Outline, Refused> {
    let [_, h1, h2, w1, w2, count, rest @ ..] = content else { return Err(Refused::Damaged) };
    let components = rest.get(..usize::from(*count) * 3).ok_or(Refused::Damaged)?;
    let factors: Vec<(u64, u64)> = components
        .chunks_exact(3)
        .map(|component| (u64::from(component[1] >> 4), u64::from(component[1] & 15)))
        .collect();
    let most = |side: fn(&(u64, u64)) -> u64| factors.iter().map(side).max().unwrap_or(0);
    let whole = most(|factor| factor.0) * most(|factor| factor.1);
    if whole == 0 || factors.iter().any(|factor| factor.0 * factor.1 == 0) {
        return Err(Refused::Damaged);
    }
    Ok(Outline {
        width: u32::from(u16::from_be_bytes([*w1, *w2])),
        height: u32::from(u16::from_be_bytes([*h1, *h2])),
        progressive: marker == 0xC2,
        samples: factors.iter().map(|factor| factor.0 * factor.1 * 100 / whole).sum(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A JPEG's skeleton: start, a frame, one scan with some data, the end.
    fn skeleton(frame: u8, factors: [u8; 3]) -> Vec<u8> {
        let mut file = vec![0xFF, 0xD8, 0xFF, frame, 0, 17, 8, 0x0B, 0xB8, 0x0F, 0xA0, 3];
        for (number, factor) in factors.into_iter().enumerate() {
            file.extend([u8::try_from(number).unwrap(), factor, 0]);
        }
        file.extend([0xFF, 0xDA, 0, 2, 1, 2, 0xFF, 0x00, 3, 0xFF, 0xD0, 4, 0xFF, 0xD9]);
        file
    }

    #[test]
    fn a_frame_says_how_much_memory_it_takes() {
        let of = |frame, factors| outline(&skeleton(frame, factors)).unwrap();
        let baseline = of(0xC0, [0x22, 0x11, 0x11]);
        assert_eq!(baseline, Outline { width: 4000, height: 3000, progressive: false, samples: 150 });
        assert_eq!(of(0xC2, [0x11; 3]), Outline { progressive: true, samples: 300, ..baseline });
        assert_eq!(of(0xC0, [0x21, 0x11, 0x11]).samples, 200);
    }

    #[test]
    fn every_cut_is_noticed_and_what_follows_is_not() {
        let file = skeleton(0xC0, [0x11; 3]);
        for length in 0..file.len() {
            assert!(outline(&file[..length]).is_err(), "{length}");
        }
        let polyglot = [&file[..], b"<script>alert(1)</script>PK\x03\x04"].concat();
        assert!(outline(&polyglot).is_ok());
        // The end of a preview within the description is not the end of the picture.
        let mut preview = vec![0xFF, 0xD8, 0xFF, 0xE1, 0, 6, 0xFF, 0xD8, 0xFF, 0xD9];
        preview.extend(&file[2..]);
        assert!(outline(&preview).is_ok());
        assert_eq!(outline(&preview[..preview.len() - 1]), Err(Refused::CutOff));
    }

    #[test]
    fn thousands_of_scans_are_refused() {
        let mut file = skeleton(0xC2, [0x11; 3]);
        let end = file.split_off(file.len() - 2);
        file.extend([0xFF, 0xDA, 0, 2, 1].repeat(99));
        assert!(outline(&[&file[..], &end].concat()).is_ok());
        file.extend([0xFF, 0xDA, 0, 2, 1]);
        assert_eq!(outline(&[&file[..], &end].concat()), Err(Refused::Damaged));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = outline(&bytes);
            let _ = outline(&[&[0xFF, 0xD8, 0xFF, 0xC0], &bytes[..]].concat());
        }
    }
}
