use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::cli::{ConfigArgs, config};
use crate::settings::variable;

/// Everything that anyone could read of an assessment.
fn said(environ: &Environ) -> String {
    let mut out = Vec::new();
    for json in [false, true] {
        config::run(&ConfigArgs { json, ..ConfigArgs::default() }, environ, &mut out).unwrap();
    }
    let assessment = assess(environ, Verb::Serve);
    let text = format!("{assessment:?}{environ:?}");
    let problems = Settings::load(environ, Verb::Worker)
        .map_or_else(|problems| problems.to_string(), |it| format!("{it:?}"));
    String::from_utf8(out).unwrap() + &text + &problems
}

/// A secret that is not part of anything else that is said; with the characters that take URLs apart.
fn secret() -> impl Strategy<Value = String> {
    "Zqjwvbzx[-a-z0-9:/?#@&=%+ ,;'\"é\\\\]{0,12}xKvgqwjz[0-9:/@?#]{0,3}"
}

fn encoded(secret: &str) -> String {
    secret
        .bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

/// No run of a secret's characters that gives it away is said.
fn leaks(text: &str, secret: &str) -> bool {
    text.contains("Zqjwvbzx") || text.contains("xKvgqwjz") || text.contains(secret)
}

proptest! {
    #[test]
    fn no_secret_is_ever_said(secret in secret(), shape in 0..16_usize) {
        let enc = encoded(&secret);
        let environ = match shape {
            0 => production().with("DATABASE_URL", format!("postgres://reef:{secret}@db/reef")),
            1 => production().with("DATABASE_URL", format!("postgres://reef:{enc}@db/reef")),
            2 => production().with("DATABASE_URL", format!("postgres:///reef?password={enc}")),
            // With an @ in it this would be a password and a host.
            3 => production().with("DATABASE_URL", format!("postgres://reef:{}", secret.replace('@', "!"))),
            4 => production().with("DATABASE_URL", secret.clone()),
            5 => production().with("DATABASE_URL", format!("postgresql+psycopg://reef:{enc}@/reef?host=/run")),
            6 => production().with("REDIS_URL", format!("redis://:{secret}@127.0.0.1")),
            7 => production().with("REDIS_URL", format!("redis://{enc}@127.0.0.1")),
            8 => production().with("REDIS_URL", format!("unix:///run/redis.sock?pass={secret}")),
            9 => production().with("SMTP_PASS", secret.clone()).with("SMTP_HOST", "m"),
            10 => development().with("TUNNEL_TOKEN", secret.clone()),
            11 => production().with("DATABASE_ULR", secret.clone()).with("SAFEHARBOR_SECRET", secret.clone()),
            12 => production().with("PUBLIC_URL", format!("https://me:{enc}@reef.example.org")),
            // What comes before the slash looks like a host and a port.
            13 => production().with("DATABASE_URL", format!("postgres://reef:12/{secret}@db/reef")),
            14 => production().with("REDIS_URL", format!("redis://reef:12?{secret}@127.0.0.1")),
            _ => production().with("SMTP_HOST", format!("smtp://me:{enc}@mail.example.org")),
        };
        let text = said(&environ);
        prop_assert!(!leaks(&text, &secret), "{text}");
    }

    #[test]
    fn no_secret_of_a_file_is_ever_said(secret in secret(), shape in 0..3_usize) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("secret");
        let (name, content) = match shape {
            0 => ("DATABASE_URL", format!("postgres://reef:{secret}@db/reef\n")),
            1 => ("REDIS_URL", format!("redis://:{}@127.0.0.1", encoded(&secret))),
            _ => ("SMTP_PASS", secret.clone()),
        };
        std::fs::write(&path, content).unwrap();
        let environ = production().without(name).with(format!("{name}_FILE"), &path);
        let text = said(&environ);
        prop_assert!(!leaks(&text, &secret), "{text}");
    }

    #[test]
    fn arbitrary_bytes_never_panic(values in prop::collection::vec((0..variable::ALL.len(), prop::collection::vec(1..=255_u8, 0..40)), 1..6), file in any::<bool>()) {
        let environ = values.into_iter().fold(production(), |environ, (index, bytes)| {
            let variable = variable::ALL[index];
            let name = if file && variable.is_secret() { format!("{}_FILE", variable.name) } else { variable.name.to_owned() };
            environ.with(name, OsString::from_vec(bytes))
        });
        said(&environ);
    }

    #[test]
    fn arbitrary_text_near_the_grammar_never_panics(
        database in "(postgres(ql)?(\\+psycopg)?|x)://[a-z:@%/?&=\\[\\],#0-9+é ]{0,30}",
        redis in "(redis(s|\\+unix)?|unix)://[a-z:@%/?&=\\[\\],#0-9+é ]{0,30}",
        listen in "(unix:|[0-9a-f.:\\[\\]]{0,20}:)[0-9a-z/]{0,8}",
        peers in "[0-9a-f.:/, ]{0,30}",
        level in "[a-z=,:\\[\\]{}\"]{0,20}",
        url in "https?://[a-z0-9.:\\[\\]/é-]{0,20}",
    ) {
        let environ = production()
            .with("DATABASE_URL", database)
            .with("REDIS_URL", redis)
            .with("LISTEN", listen)
            .with("TRUSTED_PEERS", peers)
            .with("LOG_LEVEL", level)
            .with("PUBLIC_URL", url);
        said(&environ);
    }
}
