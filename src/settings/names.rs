//! Names that are nearly right: a misspelt variable must not silently be a default.

use super::mask;
use super::problem::{Problem, Refusal};
use super::reader::Reader;
use super::variable::{ALL, Variable};

/// Names with our prefix that others read: `stage`'s own, and the image's tag in a compose file.
const RESERVED: [&str; 2] = ["SAFEHARBOR_STAGE_", "SAFEHARBOR_VERSION"];

/// Names that are near one of ours and well known elsewhere.
const OTHERS: [&str; 5] = ["DATABASE_PORT", "DATABASE_HOST", "PROXY_HOST", "PROXY_PORT", "LOGLEVEL"];

/// What the predecessor read and this program does not, with what took its place.
const RETIRED: [(&str, &str); 5] = [
    ("FLASK_CONFIG", "SAFEHARBOR_ENV took its place; production is the default"),
    ("FORWARDED_ALLOW_IPS", "TRUSTED_PEERS took its place"),
    ("STORAGE_DIR", "UPLOAD_DIR is the only folder"),
    ("UPLOAD_DIR_REQUIRE_WRITABLE", "the folder is always checked"),
    ("PREFERRED_URL_SCHEME", "PUBLIC_URL took its place"),
];

pub(super) fn check(reader: &mut Reader<'_>) {
    let names: Vec<String> = reader.environ.names().map(str::to_owned).collect();
    for name in names {
        if let Some((_, instead)) = RETIRED.iter().find(|(retired, _)| *retired == name) {
            reader.warn(name, format!("it is not read any more: {instead}"));
        } else if !is_known(&name) && !OTHERS.contains(&name.as_str()) {
            unknown(reader, &name);
        }
    }
}

fn unknown(reader: &mut Reader<'_>, name: &str) {
    let plain_file = name.strip_suffix("_FILE").and_then(|stem| ALL.iter().find(|known| known.name == stem));
    if let Some(known) = plain_file {
        let refusal = Refusal::new(
            format!("{} is no secret, so it is not read from a file", known.name),
            format!("set {} itself", known.name),
        );
        reader.problems.push(problem(name, refusal));
        return;
    }
    let meant = nearest(name);
    match meant {
        // Somebody set the right one, so this may well be another program's.
        Some(right) if reader.environ.get(&right).is_some() => {
            reader.warn(mask::name(name), format!("it is not read; {right} is"));
        }
        Some(right) => {
            reader.problems.push(problem(
                name,
                Refusal::new("there is no such setting", format!("did you mean {right}?")),
            ));
        }
        None if name.starts_with("SAFEHARBOR_") => {
            let mend = "unset it; `safeharbor help` lists the settings";
            reader.problems.push(problem(name, Refusal::new("there is no such setting", mend)));
        }
        None => {}
    }
}

fn problem(name: &str, refusal: Refusal) -> Problem {
    // Its value is not shown: it may be a secret under a misspelt name.
    refusal.about(mask::name(name), None)
}

fn is_known(name: &str) -> bool {
    RESERVED.iter().any(|reserved| name.starts_with(reserved)) || spellings().any(|(known, _)| known == name)
}

/// All names that are read, with the variable behind each.
fn spellings() -> impl Iterator<Item = (String, &'static Variable)> {
    ALL.iter().flat_map(|variable| {
        let file = variable.is_secret().then(|| (format!("{}_FILE", variable.name), *variable));
        [(variable.name.to_owned(), *variable)].into_iter().chain(file)
    })
}

/// The name that was probably meant. Short names must be nearer, and the first letter must be right, so that
/// `HTTP_PORT` is not taken for `SMTP_PORT`.
fn nearest(name: &str) -> Option<String> {
    spellings()
        .map(|(known, _)| known)
        .filter(|known| {
            known.as_bytes().first() == name.as_bytes().first() && known.len().abs_diff(name.len()) <= 2
        })
        .map(|known| (distance(&known, name), known))
        .filter(|(steps, known)| *steps <= if known.len() < 9 { 1 } else { 2 })
        .min()
        .map(|(_, known)| known)
}

/// Edit distance in which two letters swapped count as one step (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let differs = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + differs);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_pen() {
        for (name, meant) in [
            ("TRUST_PROXY_HEADER", Some("TRUST_PROXY_HEADERS")),
            ("PUBLIC_ULR", Some("PUBLIC_URL")),
            ("PUBLIC_URI", Some("PUBLIC_URL")),
            ("UPLOADS_DIR", Some("UPLOAD_DIR")),
            ("TRUSTED_PEER", Some("TRUSTED_PEERS")),
            ("DATABSE_URL", Some("DATABASE_URL")),
            ("SMTP_PAS", Some("SMTP_PASS")),
            ("SAFEHARBOR_ENVIRONMENT", None),
            ("HTTP_PORT", None),
            ("HTTP_HOST", None),
            ("FTP_HOST", None),
            ("LISTEN_FDS", None),
            ("LISTEN_PID", None),
            ("LISTEN_FDNAMES", None),
            ("PATH", None),
            ("HOME", None),
        ] {
            assert_eq!(nearest(name).as_deref(), meant, "{name}");
        }
    }

    #[test]
    fn the_distance_counts_steps() {
        for (a, b, steps) in
            [("", "", 0), ("", "ab", 2), ("abc", "acb", 1), ("kitten", "sitting", 3), ("ULR", "URL", 1)]
        {
            assert_eq!(distance(a, b), steps);
            assert_eq!(distance(b, a), steps);
        }
    }
}
