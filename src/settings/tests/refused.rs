use super::*;

/// Each line on its own stops `serve`, and the problem is about this variable.
const REFUSED: &[(&str, &str)] = &[
    ("SAFEHARBOR_ENV", "prod"),
    ("PUBLIC_URL", "reef.example.org"),
    ("PUBLIC_URL", "https://reef.example.org/aquarium"),
    ("PUBLIC_URL", "https://reef.example.org?x"),
    ("PUBLIC_URL", "https://me:pw@reef.example.org"),
    ("PUBLIC_URL", "ftp://reef.example.org"),
    ("PUBLIC_URL", "http://reef.example.org"),
    ("DATABASE_URL", "mysql://reef@db/reef"),
    ("DATABASE_URL", "reef"),
    ("DATABASE_URL", "postgres://reef:a@b@db/re/ef"),
    ("DATABASE_URL", "postgres://reef:a/b@db/reef"),
    ("DATABASE_URL", "postgres://reef:a#b@db/reef"),
    ("DATABASE_URL", "postgres://reef:a%4@db/reef"),
    ("DATABASE_URL", "postgres://reef@db:0/reef"),
    ("DATABASE_URL", "postgres://reef@db:x/reef"),
    ("DATABASE_URL", "postgres://one,two/reef"),
    ("DATABASE_URL", "postgres://reef@db/reef?sslmode=maybe"),
    ("DATABASE_URL", "postgres://reef@db/reef?frobnicate=1"),
    ("DATABASE_POOL", "0"),
    ("DATABASE_POOL", "many"),
    ("DATABASE_POOL", "1001"),
    ("REDIS_URL", "rediss://127.0.0.1"),
    ("REDIS_URL", "127.0.0.1:6379"),
    ("REDIS_URL", "redis://"),
    ("REDIS_URL", "redis://127.0.0.1/zero"),
    ("REDIS_URL", "redis+unix://run/redis.sock"),
    ("REDIS_URL", "redis+unix:///run/redis.sock?db=-1"),
    ("REDIS_URL", "redis+unix:///run/redis.sock?database=1"),
    ("UPLOAD_DIR", "uploads"),
    ("UPLOAD_DIR", "/nonexistent/uploads"),
    ("UPLOAD_DIR", "/etc/passwd"),
    ("LISTEN", "localhost:8000"),
    ("LISTEN", "8000"),
    ("LISTEN", ":8000"),
    ("LISTEN", "127.0.0.1"),
    ("LISTEN", "127.0.0.1:0"),
    ("LISTEN", "127.0.0.1:99999"),
    ("LISTEN", "reef.lan:8000"),
    ("LISTEN", "unix:run/x.sock"),
    ("LISTEN", "unix:/"),
    ("LISTEN", "0.0.0.0:8000"),
    ("LISTEN", "[::]:8000"),
    ("LISTEN", "192.168.1.5:8000"),
    ("METRICS_LISTEN", "localhost:9000"),
    ("METRICS_LISTEN", "0.0.0.0:9000"),
    ("METRICS_LISTEN", "127.0.0.1:8000"),
    ("TRUST_PROXY_HEADERS", "flase"),
    ("TRUST_PROXY_HEADERS", "y"),
    ("TRUST_PROXY_HEADERS", " 1"),
    ("TRUST_PROXY_HEADERS", ""),
    ("TRUSTED_PEERS", "localhost"),
    ("TRUSTED_PEERS", "10.0.0.1,"),
    ("TRUSTED_PEERS", "*"),
    ("TRUSTED_PEERS", "0.0.0.0/0"),
    ("TRUSTED_PEERS", "::/0"),
    ("TRUSTED_PEERS", "10.0.0.0/33"),
    ("PROXY_HOP", "nginx"),
    ("ALLOW_NON_LOOPBACK", "perhaps"),
    ("ALLOW_INSECURE_HTTP", "2"),
    ("DEFAULT_TZ", "Europe/Atlantis"),
    ("SMTP_HOST", "smtp://mail.example.org"),
    ("SMTP_HOST", "mail.example.org:587"),
    ("SMTP_PORT", "0"),
    ("SMTP_PORT", "65536"),
    ("SMTP_TLS", "ssl"),
    ("SMTP_FROM", "reef"),
    ("LOG_LEVEL", "inof"),
    ("LOG_LEVEL", "info,,"),
    ("LOG_LEVEL", "safeharbor=loud"),
    ("LOG_FORMAT", "xml"),
    ("SAFEHARBOR_ENVIRONMENT", "production"),
    ("TRUST_PROXY_HEADER", "1"),
    ("PUBLIC_URL_FILE", "/run/url"),
    ("DATABASE_URL_FILE", "/run/url"),
];

#[test]
fn each_bad_value_is_named_with_its_variable() {
    for (name, value) in REFUSED {
        // A misspelt name is an error where the right one is not set.
        let mut environ = production().with(*name, *value);
        if *name == "TRUST_PROXY_HEADER" {
            environ = environ.without("TRUST_PROXY_HEADERS");
        }
        let problems = assess(&environ, Verb::Serve).problems;
        let problem = problems
            .iter()
            .find(|problem| problem.variable == *name || problem.variable == name.trim_end_matches("_FILE"))
            .unwrap_or_else(|| panic!("{name}={value:?} was taken: {problems:?}"));
        assert!(!problem.what.is_empty() && !problem.mend.is_empty(), "{problem:?}");
        let text = problem.to_string();
        let is_quoted =
            !matches!(*name, "DATABASE_URL" | "REDIS_URL") && !value.contains('@') && problem.value.is_some();
        assert!(!is_quoted || text.contains(value), "{text} does not quote {value}");
    }
}

#[test]
fn c10_names_variable_and_value() {
    let problems =
        Settings::load(&with(production(), "TRUSTED_PEERS=localhost TRUST_PROXY_HEADERS=flase"), Verb::Serve);
    let text = problems.unwrap_err().to_string();
    assert!(
        text.contains("TRUST_PROXY_HEADERS=\"flase\"") && text.contains("TRUSTED_PEERS=\"localhost\""),
        "{text}"
    );
}

#[test]
fn everything_wrong_is_reported_together_in_the_table_s_order() {
    let line = "LOG_LEVEL=loud LISTEN=localhost:1 DATABASE_URL PUBLIC_URL=x SMTP_HOST=m SAFEHARBOR_TYPO=1";
    assert_eq!(
        refused_variables(&with(production(), line), Verb::Serve),
        ["SAFEHARBOR_TYPO", "PUBLIC_URL", "DATABASE_URL", "LISTEN", "SMTP_FROM", "LOG_LEVEL"]
    );
}

/// A base, what is set on it, and the variables that stop `serve`.
#[test]
fn rules_between_settings() {
    for (line, refused) in [
        ("TRUST_PROXY_HEADERS", &["TRUST_PROXY_HEADERS"][..]),
        ("LISTEN=0.0.0.0:8000 ALLOW_NON_LOOPBACK=1", &["LISTEN"]),
        ("LISTEN=0.0.0.0:8000 TRUSTED_PEERS=10.0.0.1", &["LISTEN"]),
        ("LISTEN=0.0.0.0:8000 ALLOW_NON_LOOPBACK=1 TRUSTED_PEERS=10.0.0.1", &[]),
        ("PUBLIC_URL=http://192.168.1.5", &["PUBLIC_URL"]),
        ("PUBLIC_URL=http://reef.example.org ALLOW_INSECURE_HTTP=1", &["PUBLIC_URL"]),
        ("SMTP_HOST=m", &["SMTP_FROM"]),
        ("SMTP_HOST=m SMTP_FROM=a@b.c SMTP_USER=u", &["SMTP_PASS"]),
        ("SMTP_HOST=m SMTP_FROM=a@b.c SMTP_PASS=p", &["SMTP_USER"]),
    ] {
        assert_eq!(refused_variables(&with(production(), line), Verb::Serve), refused, "{line}");
    }
}

/// R12 and C25, for `serve` and `worker` alike.
#[test]
fn development_never_meets_a_tunnel() {
    for (line, refused) in [
        ("TRUST_PROXY_HEADERS=1", "TRUST_PROXY_HEADERS"),
        ("TUNNEL_TOKEN=abc", "TUNNEL_TOKEN"),
        ("TUNNEL_TOKEN_FILE=/etc/hostname", "TUNNEL_TOKEN"),
        ("LISTEN=0.0.0.0:8000", "LISTEN"),
        ("LISTEN=0.0.0.0:8000 ALLOW_NON_LOOPBACK=1 TRUSTED_PEERS=10.0.0.1", "LISTEN"),
        ("METRICS_LISTEN=192.168.1.5:9000", "METRICS_LISTEN"),
        ("PUBLIC_URL=https://localhost:8000", "PUBLIC_URL"),
        ("PUBLIC_URL=http://reef.lan", "PUBLIC_URL"),
        ("LISTEN=unix:/run/x.sock", "PUBLIC_URL"),
    ] {
        for verb in [Verb::Serve, Verb::Worker] {
            assert_eq!(refused_variables(&with(development(), line), verb), [refused], "{verb}: {line}");
        }
    }
}

/// R10 asks the socket, not the configuration.
#[test]
fn an_inherited_listener_is_judged_too() {
    for (environ, addr, fine) in [
        (production(), "127.0.0.1:80", true),
        (production(), "127.8.8.8:80", true),
        (production(), "[::1]:80", true),
        (production(), "[::ffff:127.0.0.1]:80", true),
        (production(), "0.0.0.0:80", false),
        (production(), "[::]:80", false),
        (production(), "[::ffff:0.0.0.0]:80", false),
        (production(), "192.168.1.2:80", false),
        (production(), "[fe80::1]:80", false),
        (production(), "[::ffff:192.168.1.5]:80", false),
        (with(production(), "ALLOW_NON_LOOPBACK=1"), "0.0.0.0:80", false),
        (with(development(), "ALLOW_NON_LOOPBACK=1 TRUSTED_PEERS=10.0.0.1"), "0.0.0.0:80", false),
    ] {
        let verdict = load(&environ).check_inherited("http", addr.parse().unwrap());
        assert_eq!(verdict.is_ok(), fine, "{addr}");
        if let Err(problem) = verdict {
            assert!(problem.to_string().contains(addr), "{problem}");
        }
    }
}

#[test]
fn a_folder_is_not_asked_for_by_doctor() {
    assert!(refused_variables(&with(production(), "UPLOAD_DIR=/nonexistent"), Verb::Doctor).is_empty());
    assert_eq!(
        refused_variables(&with(production(), "UPLOAD_DIR=/nonexistent"), Verb::Worker),
        ["UPLOAD_DIR"]
    );
}
