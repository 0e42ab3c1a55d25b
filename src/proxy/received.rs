//! The field lines that matter of one request, reduced at once to what may be looked at.

/// All lines of one forwarded header (R2): its last element and how many there are. The rest is not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Field<'a> {
    last: &'a [u8],
    elements: usize,
}

impl<'a> Field<'a> {
    /// From the header's lines in the order they came.
    ///
    /// Joining all lines with `,` and taking what is right of the last comma is the same as taking it from the
    /// last line alone, so nothing is joined, copied or bounded.
    pub fn from_lines(lines: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut field = Self::default();
        for line in lines {
            field.elements += line.split(|&byte| byte == b',').count();
            field.last = line;
        }
        let start = field.last.iter().rposition(|&byte| byte == b',').map_or(0, |comma| comma + 1);
        field.last = trim(&field.last[start..]);
        field
    }

    /// Whether the header came at all.
    pub const fn is_present(&self) -> bool {
        self.elements > 0
    }

    /// How many elements came, empty ones included; 0 without the header.
    pub const fn elements(&self) -> usize {
        self.elements
    }

    /// The last element, without the white space round it; empty without the header.
    pub const fn last(&self) -> &'a [u8] {
        self.last
    }
}

/// What a request says about where it came from, before anything of it is believed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Received<'a> {
    /// `X-Forwarded-For`.
    pub forwarded_for: Field<'a>,
    /// `X-Forwarded-Proto`.
    pub forwarded_proto: Field<'a>,
    /// `X-Forwarded-Host`.
    pub forwarded_host: Field<'a>,
    /// `Host`, or `:authority` where the protocol has that instead.
    pub host: Host<'a>,
    /// The authority of an absolute-form target, with the scheme it was written with.
    pub target: Option<Target<'a>>,
}

impl Received<'_> {
    /// Whether any of the three forwarded headers came.
    pub const fn is_forwarded(&self) -> bool {
        self.forwarded_for.is_present()
            || self.forwarded_proto.is_present()
            || self.forwarded_host.is_present()
    }
}

/// The `Host` field of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Host<'a> {
    /// There is none.
    #[default]
    Missing,
    /// Exactly one.
    One(&'a [u8]),
    /// More than one line: no way to know which one another program went by.
    Several,
}

impl<'a> Host<'a> {
    /// From the `Host` lines of a request.
    pub fn from_lines(mut lines: impl Iterator<Item = &'a [u8]>) -> Self {
        match (lines.next(), lines.next()) {
            (None, _) => Self::Missing,
            (Some(line), None) => Self::One(trim(line)),
            (Some(_), Some(_)) => Self::Several,
        }
    }
}

/// The authority in `GET http://host/path HTTP/1.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// `host[:port]` as it came.
    pub authority: &'a [u8],
    /// The scheme before it; `http` where there is none.
    pub scheme: super::Scheme,
}

/// Optional white space (RFC 9110, 5.6.3) is space and tab only.
fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field<'a>(lines: &[&'a str]) -> (&'a str, usize) {
        let field = Field::from_lines(lines.iter().map(|line| line.as_bytes()));
        (str::from_utf8(field.last()).unwrap(), field.elements())
    }

    #[test]
    fn the_last_element_over_all_lines() {
        assert_eq!(field(&[]), ("", 0));
        assert_eq!(field(&[""]), ("", 1));
        assert_eq!(field(&["a"]), ("a", 1));
        assert_eq!(field(&["a,b", " c\t,\t d "]), ("d", 4));
        assert_eq!(field(&["a", ""]), ("", 2));
        assert_eq!(field(&["a, "]), ("", 2));
        assert_eq!(field(&["a", "b", " "]), ("", 3));
    }

    #[test]
    fn one_host_line_is_one_host() {
        let host = |lines: &[&'static str]| Host::from_lines(lines.iter().map(|line| line.as_bytes()));
        assert_eq!(host(&[]), Host::Missing);
        assert_eq!(host(&[" a "]), Host::One(b"a"));
        assert_eq!(host(&["a", "a"]), Host::Several);
    }
}
