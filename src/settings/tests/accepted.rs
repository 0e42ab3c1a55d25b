use secrecy::ExposeSecret as _;

use super::*;
use crate::proxy::ProxyHop;
use crate::settings::{
    DatabaseSettings, Environment, ListenAddr, LogFormat, MailSettings, MailTls, Source, variable,
};

#[test]
fn five_variables_are_enough_in_production() {
    let settings = load(&production());
    assert_eq!(settings.environment, Environment::Production);
    assert_eq!(settings.listen, "127.0.0.1:8000".parse().unwrap());
    assert_eq!(settings.trust.peers, crate::proxy::trust::default_peers());
    assert!(settings.trust.enabled && !settings.trusted_peers_set && settings.secure_cookies());
    assert_eq!(settings.metrics_listen, None);
    assert!(settings.mail.is_none() && settings.warnings.is_empty());
    assert_eq!((settings.default_tz.as_str(), settings.database_pool), ("UTC", 10));
    assert_eq!((settings.log.filter.as_str(), settings.log.format), ("info", LogFormat::Auto));
}

#[test]
fn each_verb_needs_what_the_table_says() {
    for verb in [Verb::Serve, Verb::Worker, Verb::Doctor] {
        let needed: Vec<&str> = variable::ALL
            .iter()
            .filter(|variable| variable.is_required(verb))
            .map(|variable| variable.name)
            .collect();
        assert_eq!(refused_variables(&Environ::default(), verb), needed, "{verb}");
    }
    let database = Environ::new([("DATABASE_URL", "postgres:///reef")]);
    assert_eq!(DatabaseSettings::load(&database).unwrap().pool, 10);
    assert_eq!(DatabaseSettings::load(&Environ::default()).unwrap_err().list().len(), 1);
    assert!(MailSettings::load(&Environ::default()).unwrap().is_none());
    assert_eq!(ListenAddr::load(&Environ::default()).unwrap(), "127.0.0.1:8000".parse().unwrap());
}

#[test]
fn empty_is_not_set() {
    let environ = with(
        production(),
        "LISTEN= TRUSTED_PEERS= SMTP_HOST= SAFEHARBOR_ENV= DATABASE_URL_FILE= METRICS_LISTEN=",
    );
    let settings = load(&environ);
    assert!(!settings.trusted_peers_set && settings.mail.is_none());
    assert_eq!(refused_variables(&with(production(), "REDIS_URL="), Verb::Serve), ["REDIS_URL"]);
}

#[test]
fn booleans() {
    for (text, on) in [
        ("1", true),
        ("true", true),
        ("Yes", true),
        ("ON", true),
        ("0", false),
        ("FALSE", false),
        ("no", false),
        ("off", false),
    ] {
        assert_eq!(load(&production().with("TRUST_PROXY_HEADERS", text)).trust.enabled, on, "{text}");
    }
}

#[test]
fn database_urls_take_the_driver_s_form() {
    for (given, driver) in [
        ("postgres://reef@127.0.0.1/reef", "postgres://reef@127.0.0.1/reef"),
        (
            "postgresql://reef:a%40b@db:5433/reef?sslmode=require",
            "postgres://reef:a%40b@db:5433/reef?sslmode=require",
        ),
        ("postgresql+psycopg://reef:pw@db:5432/reef", "postgres://reef:pw@db:5432/reef"),
        ("postgres:///reef", "postgres:///reef"),
        (
            "postgres:///reef?host=/run/postgresql&user=root",
            "postgres:///reef?host=/run/postgresql&user=root",
        ),
        (
            "postgresql://reef:a+b@/reef?host=/run/postgresql",
            "postgres:///reef?host=/run/postgresql&user=reef&password=a%2Bb",
        ),
        ("postgres://reef@[::1]/reef?connect_timeout=10", "postgres://reef@[::1]/reef"),
        ("postgres://db", "postgres://db"),
    ] {
        let settings = load(&production().with("DATABASE_URL", given));
        assert_eq!(settings.database_url.expose_secret(), driver);
    }
}

#[test]
fn redis_urls() {
    for given in [
        "redis://127.0.0.1",
        "redis://:pw@127.0.0.1:6380/3",
        "redis://user:pw@redis.lan/",
        "redis://[::1]:6379/0",
        "redis+unix:///run/redis/redis.sock?db=1",
        "unix:///run/redis.sock?user=a&pass=b",
    ] {
        assert_eq!(load(&production().with("REDIS_URL", given)).redis_url.expose_secret(), given);
    }
}

#[test]
fn listeners() {
    for (given, shown) in [
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("127.0.0.9:1", "127.0.0.9:1"),
        ("[::1]:8000", "[::1]:8000"),
        ("[::ffff:127.0.0.1]:8000", "[::ffff:127.0.0.1]:8000"),
        ("unix:/run/safeharbor/http.sock", "unix:/run/safeharbor/http.sock"),
        ("systemd", "systemd"),
    ] {
        let settings = load(&production().with("LISTEN", given).with("METRICS_LISTEN", "127.0.0.1:9000"));
        assert_eq!(settings.listen.to_string(), shown);
        assert_eq!(settings.metrics_listen.unwrap().to_string(), "127.0.0.1:9000");
    }
    let container = "LISTEN=0.0.0.0:8000 ALLOW_NON_LOOPBACK=1 TRUSTED_PEERS=172.20.0.3";
    let settings = load(&with(production(), container));
    let inherited = |addr: &str| settings.check_inherited("http", addr.parse().unwrap());
    assert!(settings.trusted_peers_set && inherited("192.168.1.5:80").is_ok());
}

#[test]
fn hop_and_peers() {
    let settings = load(&with(production(), "PROXY_HOP=Cloudflared TRUSTED_PEERS=10.1.2.3,fd00::/8"));
    assert_eq!(settings.trust.hop, ProxyHop::Cloudflared);
    assert_eq!(settings.trust.peers.len(), 2);
}

#[test]
fn mail() {
    let mail = |line| load(&with(production(), line)).mail.unwrap();
    let plain = mail("SMTP_HOST=mail.example.org SMTP_FROM=reef@example.org");
    assert_eq!((plain.port, plain.tls, plain.user), (587, MailTls::StartTls, None));
    let tls = mail("SMTP_HOST=::1 SMTP_FROM=reef@example.org SMTP_TLS=tls SMTP_USER=reef SMTP_PASS=pw");
    assert_eq!((tls.port, tls.tls, tls.user.as_deref()), (465, MailTls::Tls, Some("reef")));
    assert_eq!(tls.password.unwrap().expose_secret(), "pw");
    let sink = mail("SMTP_HOST=127.0.0.1 SMTP_FROM=reef@localhost SMTP_TLS=none SMTP_PORT=1025");
    assert_eq!((sink.port, sink.tls), (1025, MailTls::None));
    let named = with(production(), "SMTP_HOST=m").with("SMTP_FROM", "Safe Harbor <reef@example.org>");
    assert_eq!(load(&named).mail.unwrap().from, "Safe Harbor <reef@example.org>");
}

#[test]
fn logs_and_zone() {
    for (given, filter) in [
        ("INFO", "info"),
        ("WARNING", "warn"),
        ("debug", "debug"),
        ("info,safeharbor::jobs=debug", "info,safeharbor::jobs=debug"),
    ] {
        assert_eq!(load(&production().with("LOG_LEVEL", given)).log.filter, filter);
    }
    assert_eq!(load(&production().with("LOG_FORMAT", "json")).log.format, LogFormat::Json);
    assert_eq!(load(&production().with("DEFAULT_TZ", "europe/berlin")).default_tz, "Europe/Berlin");
}

#[test]
fn development_is_this_machine_alone() {
    let settings = load(&development());
    assert_eq!(settings.public_url.to_string(), "http://localhost:8000");
    assert!(!settings.secure_cookies());
    let settings = load(&with(development(), "LISTEN=127.0.0.1:9123"));
    assert_eq!(settings.public_url.to_string(), "http://localhost:9123");
    load(&with(
        development(),
        "LISTEN=unix:/run/x.sock PUBLIC_URL=http://localhost:5000 TRUST_PROXY_HEADERS=0",
    ));
    let url = assess(&development(), Verb::Serve)
        .entries
        .into_iter()
        .find(|entry| entry.name == "PUBLIC_URL")
        .unwrap();
    assert_eq!((url.value.as_deref(), url.source), (Some("http://localhost:8000"), Source::Default));
}

#[test]
fn the_insecure_lan_is_explicit_and_warned_of() {
    for host in ["192.168.1.5:8000", "reef.local", "reef.home.arpa", "[fd00::5]"] {
        let line = format!("PUBLIC_URL=http://{host} ALLOW_INSECURE_HTTP=1 TRUST_PROXY_HEADERS");
        let environ = with(production(), &line);
        assert!(!load(&environ).secure_cookies());
        assert_eq!(warned_variables(&environ), ["ALLOW_INSECURE_HTTP"]);
    }
    // On this machine alone nothing travels.
    for host in ["127.0.0.1", "localhost:8000", "[::1]"] {
        let line = format!("PUBLIC_URL=http://{host} ALLOW_INSECURE_HTTP=1 TRUST_PROXY_HEADERS");
        let environ = with(production(), &line);
        assert!(!load(&environ).secure_cookies());
        assert!(warned_variables(&environ).is_empty());
    }
}

#[test]
fn health_only_is_warned_of() {
    assert_eq!(warned_variables(&with(production(), "TRUST_PROXY_HEADERS=0")), ["TRUST_PROXY_HEADERS"]);
}

#[test]
fn a_worker_needs_no_word_about_trust() {
    assert!(refused_variables(&with(production(), "TRUST_PROXY_HEADERS"), Verb::Worker).is_empty());
}

#[test]
fn other_programs_variables_are_left_alone() {
    let line = "PATH=/bin HTTP_PORT=x PROXY_HOST=p LISTEN_FDS=1 LISTEN_PID=1 SECRET_KEY=s DATABASE_PORT=1 \
                SAFEHARBOR_STAGE_X=1 SAFEHARBOR_VERSION=2";
    assert!(refused_variables(&with(production(), line), Verb::Serve).is_empty());
    let line = "PUBLIC_URI=/x FLASK_CONFIG=production SMTP_PORT=25";
    assert_eq!(warned_variables(&with(production(), line)), ["FLASK_CONFIG", "PUBLIC_URI", "SMTP_PORT"]);
}
