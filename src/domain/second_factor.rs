//! The codes of the second factor: RFC 6238 as the apps expect it (SHA-1, six digits, thirty seconds), and the
//! recovery codes that stand in for it.

use std::fmt::Write as _;

use totp_rs::{Builder, Totp};

/// The bytes of a secret: as many as SHA-1 gives.
pub const SECRET_BYTES: usize = 20;
/// How many recovery codes a keeper is given.
pub const RECOVERY_CODES: usize = 10;
/// The random bytes of a recovery code: each makes one letter of five bits, eighty bits in all.
pub const RECOVERY_BYTES: usize = 16;

/// RFC 4648, which the apps read.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Letters and digits that nobody mixes up when typing from paper (Crockford's).
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A second factor's secret, shared with the keeper's app.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; SECRET_BYTES]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Secret {
    /// A secret of these random bytes.
    pub const fn new(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// Reads it as it is typed: what [`typed`](Self::typed) writes. None for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let letters: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
        if letters.len() != SECRET_BYTES / 5 * 8 {
            return None;
        }
        let mut secret = [0; SECRET_BYTES];
        for (bytes, letters) in secret.chunks_mut(5).zip(letters.chunks(8)) {
            let mut group = 0_u64;
            for letter in letters {
                let bits = BASE32.iter().position(|known| known == letter)?;
                group = group << 5 | bits as u64;
            }
            bytes.copy_from_slice(&group.to_be_bytes()[3..]);
        }
        Some(Self(secret))
    }

    /// Its bytes, for the database.
    pub const fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn codes(&self) -> Totp {
        // The defaults are those of the RFC and the apps; one step to either side is a clock half a minute off.
        Builder::new().with_secret(self.0).build_noncompliant()
    }

    /// The code of a moment, in seconds since 1970.
    pub fn code(&self, seconds: i64) -> String {
        self.codes().generate(seconds.unsigned_abs()).to_string()
    }

    /// The time step whose code this is, if it is the present one's or a neighbour's.
    pub fn step(&self, code: &str, seconds: i64) -> Option<i64> {
        let step = self.codes().check(code, u64::try_from(seconds).ok()?)?;
        i64::try_from(step).ok()
    }

    /// The secret as apps take it by hand: base 32, in groups of four.
    pub fn typed(&self) -> String {
        let letters = self.base32().into_bytes();
        let groups: Vec<_> =
            letters.chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        groups.join(" ")
    }

    fn base32(&self) -> String {
        // Twenty bytes are four times forty bits: no padding is ever needed.
        let group = |five: &[u8]| {
            let bits = five.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
            (0..8).rev().map(move |place| letter(BASE32, (bits >> (5 * place)).to_le_bytes()[0]))
        };
        self.0.chunks(5).flat_map(group).collect()
    }

    /// The address that the QR code holds: `host` names the log in the app, `email` the account.
    pub fn address(&self, host: &str, email: &str) -> String {
        let (host, email) = (encoded(host), encoded(email));
        format!(
            "otpauth://totp/{host}:{email}?secret={}&issuer={host}&algorithm=SHA1&digits=6&period=30",
            self.base32()
        )
    }
}

/// The letter of the lowest five bits.
fn letter(alphabet: &[u8; 32], bits: u8) -> char {
    char::from(alphabet[usize::from(bits % 32)])
}

fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// What was typed where a code is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Six digits, from the app.
    Code(String),
    /// A recovery code, as it is hashed.
    Recovery(String),
}

impl Typed {
    /// Reads it: blanks and dashes do not matter, nor does case. None for what can be neither.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > 64 || !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ' ') {
            return None;
        }
        let plain: String =
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        if plain.len() == 6 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::Code(plain));
        }
        // What Crockford's letters leave out is read as what it looks like.
        let plain: String = plain
            .chars()
            .map(|c| match c {
                'O' => '0',
                'I' | 'L' => '1',
                c => c,
            })
            .collect();
        (plain.len() == RECOVERY_BYTES && plain.bytes().all(|byte| CROCKFORD.contains(&byte)))
            .then_some(Self::Recovery(plain))
    }
}

/// A recovery code of these random bytes, in four groups of four.
pub fn recovery_code(random: [u8; RECOVERY_BYTES]) -> String {
    let letters: Vec<char> = random.iter().map(|byte| letter(CROCKFORD, *byte)).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::new(*b"12345678901234567890")
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // Appendix B has eight digits; six are the last six of them.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret().code(seconds), code, "{seconds}");
            assert_eq!(secret().step(code, seconds), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_clock_may_be_one_step_off_and_no_more() {
        let now = 1_234_567_890;
        for (off, step) in [(-60, None), (-30, Some(-1)), (0, Some(0)), (30, Some(1)), (60, None)] {
            let found = secret().step(&secret().code(now + off), now);
            assert_eq!(found, step.map(|step| now / 30 + step), "{off}");
        }
        for nonsense in ["", "00592", "0059244", "00592x", "００５９２４"] {
            assert_eq!(secret().step(nonsense, now), None, "{nonsense}");
        }
    }

    #[test]
    fn apps_read_the_secret() {
        assert_eq!(secret().typed(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(Secret::read(&secret().typed()), Some(secret()));
        for nonsense in
            ["", "GEZD", "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJ1", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQA"]
        {
            assert_eq!(Secret::read(nonsense), None, "{nonsense}");
        }
        assert_eq!(
            secret().address("reef.example.org:8443", "ana+a@example.org"),
            "otpauth://totp/reef.example.org%3A8443:ana%2Ba@example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=reef.example.org%3A8443&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(format!("{:?}", secret()), "Secret(…)");
    }

    #[test]
    fn what_is_typed_is_a_code_of_either_kind_or_nothing() {
        let code = recovery_code([0, 1, 31, 33, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255]);
        assert_eq!(code, "01Z1-5678-9ABC-DEFZ");
        let plain = Typed::Recovery(code.replace('-', ""));
        for typed in [code.clone(), code.to_lowercase(), code.replace('-', " "), code.replacen("01", "oL", 1)]
        {
            assert_eq!(Typed::read(&typed), Some(plain.clone()), "{typed}");
        }
        assert_eq!(Typed::read(" 123 456 "), Some(Typed::Code("123456".to_owned())));
        for nonsense in
            ["", "12345", "1234567", "12345x", "\u{0}123456", "UUUU-UUUU-UUUU-UUUU", &"1".repeat(99)]
        {
            assert_eq!(Typed::read(nonsense), None, "{nonsense}");
        }
    }
}
