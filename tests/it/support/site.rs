//! A whole service on a database of its own, and a browser that keeps its cookies.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use http::{Method, Request, StatusCode};
use safeharbor::cli::admin;
use safeharbor::http::{App, router};
use safeharbor::jobs::Wake;
use safeharbor::proxy::Peer;
use safeharbor::settings::{Environ, Settings, Verb};
use safeharbor::system::clock::Clock;
use tower::ServiceExt as _;

use super::postgres::{self, Database};

pub(crate) const NOW: &str = "2026-11-23T17:30:00Z";
pub(crate) const PASSWORD: &str = "five wet tanks here";
const HOST_NAME: &str = "localhost:8000";

/// A service and one browser.
pub(crate) struct Site {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) app: App,
    pub(crate) router: Router,
    cookies: BTreeMap<String, String>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) body: String,
}

impl Site {
    /// A service that nobody has set up.
    pub(crate) async fn bare() -> Self {
        Self::at(&format!("http://{HOST_NAME}"), Clock::fixed(NOW.parse().unwrap(), 7)).await
    }

    /// The same at another address, on another clock.
    pub(crate) async fn at(origin: &str, clock: Clock) -> Self {
        let site = Self::starting(origin, clock).await;
        site.app.set_ready();
        site
    }

    /// The same before its start has come to an end.
    pub(crate) async fn starting(origin: &str, clock: Clock) -> Self {
        let database = postgres::database().await;
        let environ = Environ::new([
            ("SAFEHARBOR_ENV", "development"),
            ("PUBLIC_URL", origin),
            ("DATABASE_URL", &database.url),
            ("REDIS_URL", "redis://127.0.0.1:1"),
            ("UPLOAD_DIR", "/tmp"),
            ("DEFAULT_TZ", "Europe/Berlin"),
        ]);
        let settings = Settings::load(&environ, Verb::Serve).unwrap();
        let app = App::new(settings, database.pool.clone(), clock.clone(), Wake::off());
        let router = router::router(app.clone());
        Self { database, clock, app, router, cookies: BTreeMap::new() }
    }

    /// A service whose first keeper, Ana, is signed in.
    pub(crate) async fn with_ana() -> Self {
        let mut site = Self::bare().await;
        let code = site.setup_code().await;
        let answer = site.post("/setup", &setup_form(&code)).await;
        assert_eq!(
            (answer.status, answer.location.as_str()),
            (StatusCode::SEE_OTHER, "/"),
            "{}",
            answer.body
        );
        site.get("/").await;
        site
    }

    pub(crate) async fn setup_code(&self) -> String {
        let mut out = Vec::new();
        let mut db = self.database.pool.acquire().await.unwrap();
        admin::setup_code(&mut db, &self.clock, &mut out).await.unwrap();
        String::from_utf8(out).unwrap().trim().to_owned()
    }

    /// Throws the session away, as if it had ended, and gives out the cookies.
    pub(crate) fn forget(&mut self) -> BTreeMap<String, String> {
        std::mem::take(&mut self.cookies)
    }

    /// Takes the browser whose cookies these are.
    pub(crate) fn with_cookies(&mut self, cookies: BTreeMap<String, String>) {
        self.cookies = cookies;
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, Body::from(encode(fields))).await
    }

    async fn send(&mut self, method: Method, path: &str, body: Body) -> Answer {
        let jar: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, HOST_NAME)
            .header(ORIGIN, format!("http://{HOST_NAME}"))
            .header(ACCEPT, "text/html")
            .header(COOKIE, jar.join("; "))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .extension(Peer::Tcp("127.0.0.1:5".parse().unwrap()))
            .body(body)
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let headers = response.headers().clone();
        for cookie in headers.get_all(SET_COOKIE) {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = headers.get(LOCATION).map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        let status = response.status();
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        Answer { status, location, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &'static str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&self.database.pool)
            .await
            .unwrap()
    }
}

impl Answer {
    /// The sentences of the summary on top of a form.
    pub(crate) fn problems(&self) -> Vec<String> {
        let Some((_, rest)) = self.body.split_once("<div class=\"wrong\"") else { return Vec::new() };
        let list = rest.split("</ul>").next().unwrap();
        list.split("<li>").skip(1).map(|item| plain(item.split("</li>").next().unwrap())).collect()
    }
}

/// The setup form filled in.
pub(crate) fn setup_form(code: &str) -> [(&'static str, &str); 6] {
    [
        ("code", code),
        ("name", "Ana"),
        ("email", "ana@example.org"),
        ("password", PASSWORD),
        ("again", PASSWORD),
        ("units", "metric"),
    ]
}

fn plain(html: &str) -> String {
    let mut inside = false;
    let text: String = html
        .chars()
        .filter(|letter| {
            let tag = inside || *letter == '<';
            inside = tag && *letter != '>';
            !tag
        })
        .collect();
    text.trim().to_owned()
}

/// As a browser encodes a form.
fn encode(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| {
        text.bytes().fold(String::new(), |mut escaped, byte| {
            write!(escaped, "%{byte:02X}").unwrap();
            escaped
        })
    };
    let pairs: Vec<_> =
        fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}
