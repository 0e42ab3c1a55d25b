use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use secrecy::ExposeSecret as _;
use tempfile::TempDir;

use super::*;
use crate::settings::Source;

fn write(folder: &Path, name: &str, content: &str, mode: u32) -> String {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn redis_source(environ: &Environ) -> Source {
    assess(environ, Verb::Serve).entries.into_iter().find(|entry| entry.name == "REDIS_URL").unwrap().source
}

fn without_redis() -> Environ {
    production().without("REDIS_URL")
}

#[test]
fn a_file_by_path_loses_one_newline() {
    let folder = TempDir::new().unwrap();
    for (content, fine) in [
        ("redis://a", true),
        ("redis://a\n", true),
        ("redis://a\r\n", true),
        ("redis://a\n\n", false),
        ("", false),
        ("\n", false),
        ("redis://a\0", false),
    ] {
        let path = write(folder.path(), "redis", content, 0o600);
        let environ = without_redis().with("REDIS_URL_FILE", &path);
        if fine {
            assert_eq!(load(&environ).redis_url.expose_secret(), "redis://a");
            assert_eq!(redis_source(&environ), Source::File(path.into()));
        } else {
            assert_eq!(refused_variables(&environ, Verb::Serve)[0], "REDIS_URL_FILE", "{content:?}");
        }
    }
}

#[test]
fn a_credential_by_name_or_by_itself() {
    let folder = TempDir::new().unwrap();
    let base = without_redis().with("CREDENTIALS_DIRECTORY", folder.path());
    let path = write(folder.path(), "queue", "redis://a\n", 0o400);
    assert_eq!(load(&base.clone().with("REDIS_URL_FILE", "queue")).redis_url.expose_secret(), "redis://a");
    assert_eq!(redis_source(&base.clone().with("REDIS_URL_FILE", "queue")), Source::File(path.into()));

    let path = write(folder.path(), "redis_url", "redis://b\n", 0o400);
    assert_eq!(load(&base).redis_url.expose_secret(), "redis://b");
    assert_eq!(redis_source(&base), Source::Credential(path.into()));
    // The same file by two names is no contradiction, two different ones are.
    load(&base.clone().with("REDIS_URL_FILE", "redis_url"));
    assert_eq!(refused_variables(&base.clone().with("REDIS_URL_FILE", "queue"), Verb::Serve), ["REDIS_URL"]);
    assert_eq!(refused_variables(&base.with("REDIS_URL", "redis://c"), Verb::Serve), ["REDIS_URL"]);
}

#[test]
fn paths_that_cannot_be_meant() {
    let folder = TempDir::new().unwrap();
    for value in [
        "secrets/redis",
        "../redis",
        ".",
        "..",
        "queue",
        "/nonexistent/redis",
        folder.path().to_str().unwrap(),
    ] {
        let environ = without_redis().with("REDIS_URL_FILE", value);
        assert_eq!(refused_variables(&environ, Verb::Serve)[0], "REDIS_URL_FILE", "{value}");
    }
    assert_eq!(
        refused_variables(&production().with("REDIS_URL_FILE", "/etc/hostname"), Verb::Serve),
        ["REDIS_URL"]
    );
}

#[test]
fn a_file_that_everyone_reads_is_warned_of() {
    let folder = TempDir::new().unwrap();
    let path = write(folder.path(), "redis", "redis://a", 0o644);
    assert_eq!(warned_variables(&without_redis().with("REDIS_URL_FILE", &path)), ["REDIS_URL_FILE"]);
    let path = write(folder.path(), "redis", "redis://a", 0o640);
    assert!(warned_variables(&without_redis().with("REDIS_URL_FILE", &path)).is_empty());
}
