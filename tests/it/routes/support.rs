//! The whole router over a fresh database, a clock that stands still, and browsers behind the one hop.

mod answer;
mod ask;
mod store;
mod upload;
pub(crate) mod witness;

use std::collections::BTreeMap;

use axum::Router;
use jiff::Timestamp;
use safeharbor::db::{self, keeper::NewKeeper, session::NewSession};
use safeharbor::domain::id::{FormId, KeeperId, TankId};
use safeharbor::domain::keeper::Role;
use safeharbor::domain::tank::{Details, NewTank};
use safeharbor::domain::zone;
use safeharbor::http::cookies::{self, Credential};
use safeharbor::http::{App, account, password::Hasher, router, session};
use safeharbor::jobs::Wake;
use safeharbor::probe::form::Form;
use safeharbor::settings::{Environ, Settings, Verb};
use safeharbor::system::clock::Clock;
use sqlx::Postgres;
use sqlx::pool::PoolConnection;
use tokio::sync::OnceCell;
use tower::ServiceExt as _;
use uuid::Uuid;

pub(crate) use self::answer::Answer;
pub(crate) use self::ask::Ask;
pub(crate) use self::upload::{Part, photo};
use crate::support::postgres::{self, Database};

pub(crate) const HOST: &str = "reef.example.org";
pub(crate) const ORIGIN: &str = "https://reef.example.org";
pub(crate) const EMAIL: &str = "marina@example.org";
pub(crate) const PASSWORD: &str = "korrekt hengst acker zaun";
/// In Berlin, where the tanks stand, it is one hour later.
pub(crate) const NOON: &str = "2026-11-23T12:00:00Z";
/// The present minute, as the batch form of a tank in Berlin gives it.
pub(crate) const NOW_IN_BERLIN: &str = "2026-11-23T13:00";
pub(crate) const SETUP_CODE: &str = "7KQM-2XWD-P94R";

/// A service that is ready, with nobody in it.
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    pub(crate) database: Database,
    pub(crate) router: Router,
    /// See [`TestApp::contents`].
    sums: OnceCell<String>,
}

/// What `serve` is told in these tests.
pub(crate) fn environ(database_url: &str) -> Environ {
    Environ::new([
        ("PUBLIC_URL", ORIGIN),
        ("TRUST_PROXY_HEADERS", "1"),
        ("DATABASE_URL", database_url),
        ("REDIS_URL", "redis+unix:///nonexistent/redis.sock"),
        ("UPLOAD_DIR", crate::support::folder("uploads").to_str().unwrap()),
        ("DEFAULT_TZ", "Europe/Berlin"),
        ("SMTP_HOST", "mail.example.org"),
        ("SMTP_TLS", "starttls"),
        ("SMTP_FROM", "harbor@example.org"),
    ])
}

impl TestApp {
    /// Nobody is set up.
    pub(crate) async fn anonymous() -> Self {
        let database = postgres::database().await;
        let environ = environ(&database.url);
        Self::over(database, &environ)
    }

    /// A service over this database, with these settings.
    pub(crate) fn over(database: Database, environ: &Environ) -> Self {
        let settings = Settings::load(environ, Verb::Doctor).unwrap();
        let clock = Clock::fixed(at(NOON), 1);
        let app = App::new(settings, database.pool.clone(), clock.clone(), Wake::off());
        app.set_ready();
        let router = router::router(app.clone());
        Self { app, clock, database, router, sums: OnceCell::new() }
    }

    /// The owner exists, with a browser that is signed in.
    pub(crate) async fn with_owner() -> (Self, Browser) {
        let app = Self::anonymous().await;
        let keeper = app.owner().await;
        let browser = app.signed_in(keeper).await;
        (app, browser)
    }

    /// The same with a tank of this profile.
    pub(crate) async fn with_tank(profile: &str) -> (Self, Browser, TankId) {
        let app = Self::anonymous().await;
        let keeper = app.owner().await;
        let tank = app.tank(keeper, "Reef by the window", profile).await;
        let browser = app.signed_in(keeper).await;
        (app, browser, tank)
    }

    /// Makes the owner, whose password is [`PASSWORD`].
    pub(crate) async fn owner(&self) -> KeeperId {
        let hash = password_hash().await;
        let keeper = self.new_keeper(EMAIL, "Marina", &hash);
        assert!(db::keeper::create_first_owner(&mut *self.connection().await, &keeper).await.unwrap());
        KeeperId(keeper.id)
    }

    /// Makes another keeper, whose password is [`PASSWORD`] too.
    pub(crate) async fn keeper(&self, email: &str, name: &str, role: Role) -> KeeperId {
        let hash = password_hash().await;
        let keeper = self.new_keeper(email, name, &hash);
        db::keeper::create(&mut *self.connection().await, &keeper, role).await.unwrap();
        KeeperId(keeper.id)
    }

    fn new_keeper<'a>(&self, email: &'a str, display_name: &'a str, password_hash: &'a str) -> NewKeeper<'a> {
        NewKeeper {
            id: self.clock.uuid(),
            email,
            display_name,
            password_hash,
            unit_system: "metric",
            created_at: self.clock.now(),
        }
    }

    /// Makes a tank in Berlin.
    pub(crate) async fn tank(&self, keeper: KeeperId, name: &str, profile: &str) -> TankId {
        let tank = NewTank {
            form_id: FormId(self.clock.uuid()),
            details: Details {
                name: name.to_owned(),
                profile: profile.to_owned(),
                volume: None,
                zone: zone::parse("Europe/Berlin").unwrap(),
                set_up_on: None,
                substrate: None,
                notes: None,
            },
        };
        let mut db = self.connection().await;
        db::tank::create(&mut db, TankId(self.clock.uuid()), &tank, keeper, self.clock.now()).await.unwrap()
    }

    /// A browser that holds a session of this keeper, as a sign-in would have left it.
    pub(crate) async fn signed_in(&self, keeper: KeeperId) -> Browser {
        let credential = Credential::new(self.clock.uuid(), self.clock.token());
        let now = self.clock.now();
        let new = NewSession {
            id: credential.id,
            keeper_id: keeper.0,
            secret_hash: &credential.hash(),
            created_at: now,
            expires_at: session::ends(now),
            addr: None,
            user_agent: None,
        };
        db::session::create(&mut *self.connection().await, &new).await.unwrap();
        let mut browser = self.browser();
        browser.jar.insert("__Host-sh".to_owned(), credential.value());
        browser
    }

    /// A browser without a cookie.
    pub(crate) fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), jar: BTreeMap::new(), addr: "203.0.113.9".to_owned() }
    }

    /// Makes [`SETUP_CODE`] valid for a day.
    pub(crate) async fn setup_code(&self) {
        let hash = cookies::hash(&account::normalise_code(SETUP_CODE));
        self.token(db::token::Subject::Setup, &hash).await;
    }

    /// Stores a token that is valid for a day.
    pub(crate) async fn token(&self, subject: db::token::Subject<'_>, hash: &[u8]) {
        let (id, now) = (self.clock.uuid(), self.clock.now());
        let until = at("2026-11-24T12:00:00Z");
        db::token::create(&mut *self.connection().await, id, subject, hash, now, until).await.unwrap();
    }

    pub(crate) async fn connection(&self) -> PoolConnection<Postgres> {
        self.database.acquire().await.unwrap()
    }

    /// An id for a form, as its page would have made one.
    pub(crate) fn id(&self) -> String {
        self.clock.uuid().to_string()
    }
}

/// The hash of [`PASSWORD`], made once: hashing takes its time.
async fn password_hash() -> String {
    static HASH: OnceCell<String> = OnceCell::const_new();
    let hash = HASH.get_or_init(|| async { Hasher::default().hash(PASSWORD.to_owned()).await.unwrap() });
    hash.await.clone()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A browser somewhere on the internet: it keeps cookies, and its requests come through the one hop.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) jar: BTreeMap<String, String>,
    /// Where it is, as the hop says.
    pub(crate) addr: String,
}

impl Browser {
    /// The same router from another address, without cookies.
    pub(crate) fn elsewhere(&self, addr: &str) -> Self {
        Self { router: self.router.clone(), jar: BTreeMap::new(), addr: addr.to_owned() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Ask::get(path)).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Ask::post(path).form(fields)).await
    }

    /// Sends a form that came with a page.
    pub(crate) async fn post_form(&mut self, form: &Form) -> Answer {
        self.send(Ask::post(&form.action).body(form.encoded())).await
    }

    /// Sends a request through the hop, and keeps the cookies of the answer.
    pub(crate) async fn send(&mut self, mut ask: Ask) -> Answer {
        if !self.jar.is_empty() {
            let line: Vec<_> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            ask = ask.header("cookie", &line.join("; "));
        }
        if !ask.has("x-forwarded-for") {
            ask = ask.header("x-forwarded-for", &self.addr);
        }
        let answer = Answer::of(self.router.clone().oneshot(ask.request()).await.unwrap()).await;
        for cookie in answer.cookies() {
            if cookie.removed {
                self.jar.remove(&cookie.name);
            } else {
                self.jar.insert(cookie.name, cookie.value);
            }
        }
        answer
    }

    /// Signs in with the form. Panics when that is refused.
    pub(crate) async fn sign_in(&mut self) {
        let answer = self.post("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await;
        assert_eq!(answer.leads_to(), "/", "{answer:?}");
    }

    /// The id of the session that the cookie names.
    pub(crate) fn session(&self) -> Uuid {
        Credential::parse(&self.jar["__Host-sh"]).unwrap().id
    }
}
