//! `Accept-Encoding` (RFC 9110, 12.5.3), for the three forms that assets are kept in.

use http::HeaderValue;

/// How a response's content is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Gzip,
    Identity,
}

impl Coding {
    /// The name on the wire.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

/// What the client takes, best first: by its weights, and among equals the smallest form.
pub(super) fn preferred<'a>(lines: impl IntoIterator<Item = &'a HeaderValue>) -> Vec<Coding> {
    let (mut brotli, mut gzip, mut identity, mut any) = (None, None, None, None);
    for item in lines.into_iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')) {
        let (name, weight) = item.split_once(';').map_or((item, 1000), |(name, rest)| (name, weight(rest)));
        let name = name.trim();
        let slot = if name.eq_ignore_ascii_case("br") {
            &mut brotli
        } else if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            &mut gzip
        } else if name.eq_ignore_ascii_case("identity") {
            &mut identity
        } else if name == "*" {
            &mut any
        } else {
            continue;
        };
        *slot = Some(weight);
    }
    let mut order = vec![
        (Coding::Brotli, brotli.or(any).unwrap_or(0)),
        (Coding::Gzip, gzip.or(any).unwrap_or(0)),
        // Without a word about it, identity is taken, but after all that is asked for.
        (Coding::Identity, identity.or(any.filter(|weight| *weight == 0)).unwrap_or(1)),
    ];
    order.retain(|(_, weight)| *weight > 0);
    order.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    order.into_iter().map(|(coding, _)| coding).collect()
}

/// The weight of `q=0.5` in thousandths. A weight that cannot be read refuses the coding: nothing is lost
/// by sending another.
fn weight(parameters: &str) -> u16 {
    let Some((name, value)) = parameters.split(';').next().and_then(|one| one.split_once('=')) else {
        return 0;
    };
    if !name.trim().eq_ignore_ascii_case("q") {
        return 0;
    }
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if fraction.len() > 3 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return 0;
    }
    match whole {
        "1" => 1000,
        "0" => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::Coding::{Brotli, Gzip, Identity};
    use super::*;

    fn order(line: &'static str) -> Vec<Coding> {
        preferred(&[HeaderValue::from_static(line)])
    }

    #[test]
    fn the_smallest_form_that_is_taken_comes_first() {
        assert_eq!(order("gzip, deflate, br, zstd"), [Brotli, Gzip, Identity]);
        assert_eq!(order("gzip"), [Gzip, Identity]);
        assert_eq!(order("GZIP , BR"), [Brotli, Gzip, Identity]);
        assert_eq!(order("*"), [Brotli, Gzip, Identity]);
        assert_eq!(order("deflate"), [Identity]);
        assert_eq!(order(""), [Identity]);
        assert_eq!(preferred(&[]), [Identity]);
    }

    #[test]
    fn weights_are_honoured() {
        assert_eq!(order("br;q=0.5, gzip;q=0.8"), [Gzip, Brotli, Identity]);
        assert_eq!(order("br;q=0, gzip"), [Gzip, Identity]);
        assert_eq!(order("identity, br;q=0.9"), [Identity, Brotli]);
        assert_eq!(order("br ; q=0.001"), [Brotli, Identity]);
        assert_eq!(order("gzip;q=0.25, *;q=0"), [Gzip]);
        assert_eq!(order("identity;q=0"), []);
        assert_eq!(order("*;q=0"), []);
        assert_eq!(order("identity;q=0, gzip"), [Gzip]);
    }

    #[test]
    fn weights_that_cannot_be_read_refuse() {
        for line in ["br;q=2", "br;q=0.1234", "br;q=-1", "br;q=", "br;q", "br;x=1", "br;q=0.x", "br;q=NaN"] {
            assert_eq!(order(line), [Identity], "{line}");
        }
    }

    #[test]
    fn several_lines_are_one_list() {
        let lines = [HeaderValue::from_static("gzip"), HeaderValue::from_static("br")];
        assert_eq!(preferred(&lines), [Brotli, Gzip, Identity]);
    }
}
