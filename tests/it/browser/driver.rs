//! A headless Chromium for one test, with a profile of its own and no way out of this machine.
//!
//! ```ignore
//! let browser = Browser::start(Setup::phone().dark()).await;
//! browser.goto(&url).await.unwrap();
//! browser.screenshot("dashboard").await;
//! browser.end().await;
//! ```

use std::net::SocketAddr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

const HOW_TO_GET: &str = "install it with: apt-get install chromium chromium-driver";

/// What the browser is to be like.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    screen: Screen,
    dark: bool,
    javascript: bool,
    any_certificate: bool,
    hosts: Vec<(String, SocketAddr)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Screen {
    Phone,
    Desktop,
}

impl Screen {
    const fn size(self) -> (u32, u32) {
        match self {
            Self::Phone => (390, 844),
            Self::Desktop => (1280, 900),
        }
    }
}

impl Setup {
    /// A phone held upright: 390 × 844, touch.
    pub(crate) fn phone() -> Self {
        Self { screen: Screen::Phone, ..Self::desktop() }
    }

    /// A window of 1280 × 900, a mouse.
    pub(crate) fn desktop() -> Self {
        Self {
            screen: Screen::Desktop,
            dark: false,
            javascript: true,
            any_certificate: false,
            hosts: Vec::new(),
        }
    }

    /// For a person who prefers dark.
    pub(crate) fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    /// Pages' own scripts do not run. The test's still do.
    pub(crate) fn without_javascript(self) -> Self {
        Self { javascript: false, ..self }
    }

    /// Takes certificates that nobody vouches for.
    pub(crate) fn with_any_certificate(self) -> Self {
        Self { any_certificate: true, ..self }
    }

    /// Finds a public host name at an address of this machine, whatever the port in the URL.
    pub(crate) fn with_host(mut self, name: &str, at: SocketAddr) -> Self {
        self.hosts.push((name.to_owned(), at));
        self
    }

    fn arguments(&self, profile: &Path) -> Vec<String> {
        let mut arguments: Vec<String> = [
            "--headless=new",
            // Tests may run as root, and in containers, where the sandbox cannot be made.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--no-default-browser-check",
            "--no-proxy-server",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-extensions",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            "--lang=en-GB",
            // The browser ends when its pipe does: with chromedriver, however that ends.
            "--remote-debugging-pipe",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        let (width, height) = self.screen.size();
        arguments.push(format!("--window-size={width},{height}"));
        let maps = self.hosts.iter().map(|(name, at)| format!("MAP {name} {at}"));
        let rest = ["MAP * ~NOTFOUND", "EXCLUDE localhost", "EXCLUDE 127.0.0.1", "EXCLUDE [::1]"];
        let rules: Vec<_> = maps.chain(rest.map(str::to_owned)).collect();
        arguments.push(format!("--host-resolver-rules={}", rules.join(", ")));
        arguments
    }

    fn capabilities(&self, profile: &Path) -> serde_json::Map<String, Value> {
        let javascript = if self.javascript { 1 } else { 2 };
        let capabilities = json!({
            "browserName": "chrome",
            // Said outright: left out, the driver takes any certificate.
            "acceptInsecureCerts": self.any_certificate,
            "goog:chromeOptions": {
                "binary": find("chromium"),
                "args": self.arguments(profile),
                "prefs": { "profile.managed_default_content_settings.javascript": javascript },
            },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        capabilities.as_object().cloned().unwrap_or_default()
    }
}

/// A running browser; a [`Client`] with a few words more. [`end`](Self::end) it; a test that fails before that
/// ends it too.
pub(crate) struct Browser {
    client: Client,
    driver: Driver,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts a chromedriver and, through it, a Chromium.
    ///
    /// # Panics
    /// When one of them is not installed or does not start; it says how to get it.
    pub(crate) async fn start(setup: Setup) -> Self {
        let driver = Driver::start().await;
        let profile =
            tempfile::Builder::new().prefix("sh-browser-").tempdir().expect("a folder for the profile");
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(setup.capabilities(profile.path()))
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .unwrap_or_else(|error| panic!("chromium does not start ({HOW_TO_GET}): {error}"));
        let browser = Self { client, driver, _profile: profile };
        let (width, height) = setup.screen.size();
        let touch = setup.screen == Screen::Phone;
        // The size of the page itself: a window's includes what is around it.
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": touch,
        });
        browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let touch = json!({ "enabled": touch });
        browser.devtools("Emulation.setTouchEmulationEnabled", touch).await;
        let scheme = if setup.dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.devtools("Emulation.setEmulatedMedia", media).await;
        browser
    }

    /// Sends a command of the `DevTools` protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        let command = Post { path: "goog/cdp/execute", body: body.to_string() };
        self.client.issue_cmd(command).await.unwrap_or_else(|error| panic!("devtools: {error}"))
    }

    /// What the browser complained about since the last call: script errors, refused styles, failed loads.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let command = Post { path: "se/log", body: json!({ "type": "browser" }).to_string() };
        let log = self.client.issue_cmd(command).await.unwrap_or_else(|error| panic!("log: {error}"));
        let entries = log.as_array().cloned().unwrap_or_default();
        let grave = entries.iter().filter(|entry| entry["level"] != "INFO" && entry["level"] != "DEBUG");
        grave.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Keeps what is seen as `target/screenshots/<name>.png`.
    pub(crate) async fn screenshot(&self, name: &str) -> PathBuf {
        keep(name, &self.client.screenshot().await.expect("a picture"))
    }

    /// Keeps the page from top to bottom as `target/screenshots/<name>.png`.
    pub(crate) async fn whole_page(&self, name: &str) -> PathBuf {
        let wish = json!({ "format": "png", "captureBeyondViewport": true });
        let answer = self.devtools("Page.captureScreenshot", wish).await;
        let image = STANDARD.decode(answer["data"].as_str().expect("a picture")).expect("base64");
        keep(name, &image)
    }

    /// The whole number that a script comes to.
    pub(crate) async fn number(&self, script: &str) -> i64 {
        let value = self.client.execute(script, Vec::new()).await.expect("the script runs");
        value.as_i64().unwrap_or_else(|| panic!("{script}: {value}"))
    }

    /// The text that a script comes to.
    pub(crate) async fn text(&self, script: &str) -> String {
        let value = self.client.execute(script, Vec::new()).await.expect("the script runs");
        value.as_str().unwrap_or_else(|| panic!("{script}: {value}")).to_owned()
    }

    /// Closes the browser and ends its chromedriver.
    pub(crate) async fn end(mut self) {
        self.client.clone().close().await.expect("the browser closes");
        self.driver.end().await;
    }
}

impl Deref for Browser {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// A chromedriver on a free port of the loopback, in a process group of its own.
struct Driver {
    process: Child,
    port: u16,
    /// Held open: a chromedriver that cannot write its log ends.
    _output: BufReader<ChildStdout>,
}

impl Driver {
    async fn start() -> Self {
        let mut process = Command::new(find("chromedriver"))
            .args(["--port=0", "--log-level=WARNING"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("chromedriver does not start: {error}; {HOW_TO_GET}"));
        let mut output = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut said = String::new();
        let port = loop {
            let start = said.len();
            let read = output.read_line(&mut said).await.expect("chromedriver's output can be read");
            assert!(read > 0, "chromedriver ended before it named its port:\n{said}");
            if let Some(port) =
                said[start..].trim_end().strip_prefix("ChromeDriver was started successfully on port ")
            {
                break port.trim_end_matches('.').parse().expect("a port");
            }
        };
        Self { process, port, _output: output }
    }

    async fn end(&mut self) {
        self.process.kill().await.expect("chromedriver ends");
    }
}

fn keep(name: &str, image: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
    std::fs::create_dir_all(&folder).expect("target can be written to");
    let path = folder.join(format!("{name}.png"));
    std::fs::write(&path, image).expect("target can be written to");
    path
}

/// A command that fantoccini has no word for.
#[derive(Debug)]
struct Post {
    path: &'static str,
    body: String,
}

impl WebDriverCompatibleCommand for Post {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.clone()))
    }
}

/// Where a program is. A test without it fails: a browser test that is left out tests nothing.
fn find(program: &str) -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test looks for its own tools")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/bin".into(), "/usr/lib/chromium".into()])
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{program} is not there; {HOW_TO_GET}"))
}
