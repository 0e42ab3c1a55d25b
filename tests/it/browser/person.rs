//! A person at the pages: what they do, and what they would complain about on every page they see.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use fantoccini::Locator;
use fantoccini::elements::Element;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::driver::{Browser, Setup};
use super::rehearsal::Rehearsal;

/// Far longer than any page takes, so that what hangs fails with a name.
const PATIENCE: Duration = Duration::from_mins(1);
/// What all files of a page may weigh, compressed, and its scripts among them.
const PAGE_BYTES: i64 = 60 * 1024;
const SCRIPT_BYTES: i64 = 10 * 1024;
pub(super) const ENTER: &str = "\u{e007}";

pub(super) struct Person {
    pub(super) browser: Browser,
    origin: String,
    /// How screenshots are called: `phone`, `desktop` …
    name: String,
    phone: bool,
    pub(super) scripts: bool,
    /// What was wrong with the pages so far: told together at the end.
    faults: Mutex<Vec<String>>,
}

impl Person {
    pub(super) async fn with_phone(origin: &str, name: &str) -> Self {
        Self::new(origin, name, Setup::phone(), true, true).await
    }

    pub(super) async fn with_phone_without_scripts(origin: &str, name: &str) -> Self {
        Self::new(origin, name, Setup::phone().without_javascript(), true, false).await
    }

    pub(super) async fn at_desktop(origin: &str, name: &str) -> Self {
        Self::new(origin, name, Setup::desktop(), false, true).await
    }

    /// The same of `stage`, behind its hop.
    pub(super) async fn with_phone_of(stage: &Rehearsal, name: &str) -> Self {
        Self::new(&stage.origin, name, stage.reached_by(Setup::phone()), true, true).await
    }

    /// The same of `stage`, behind its hop.
    pub(super) async fn without_scripts_of(stage: &Rehearsal, name: &str) -> Self {
        let setup = stage.reached_by(Setup::phone().without_javascript());
        Self::new(&stage.origin, name, setup, true, false).await
    }

    /// The same of `stage`, behind its hop.
    pub(super) async fn at_desktop_of(stage: &Rehearsal, name: &str) -> Self {
        Self::new(&stage.origin, name, stage.reached_by(Setup::desktop()), false, true).await
    }

    async fn new(origin: &str, name: &str, setup: Setup, phone: bool, scripts: bool) -> Self {
        let browser = Browser::start(setup).await;
        Self {
            browser,
            origin: origin.to_owned(),
            name: name.to_owned(),
            phone,
            scripts,
            faults: Mutex::default(),
        }
    }

    pub(super) async fn open(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.origin)).await.unwrap();
    }

    pub(super) async fn path(&self) -> String {
        self.browser.current_url().await.unwrap().path().to_owned()
    }

    /// Waits until there is such an element.
    pub(super) async fn find(&self, css: &str) -> Element {
        let found = self.browser.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("{css} on {}: {error}\n{}", self.path().await, self.page().await),
        }
    }

    /// Scrolls there, away from the bar at the bottom, and clicks.
    pub(super) async fn press(&self, css: &str) {
        let element = self.find(css).await;
        let there = "arguments[0].scrollIntoView({ block: 'center' })";
        let argument = serde_json::to_value(&element).unwrap();
        self.browser.execute(there, vec![argument]).await.unwrap();
        element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Clicks on what leads to another page, and waits until that is there.
    pub(super) async fn follow(&self, css: &str) {
        const PAGE: &str = "return document.readyState === 'complete' ? `${performance.timeOrigin}` : ''";
        let before = self.browser.text(PAGE).await;
        self.press(css).await;
        let arrival = async {
            loop {
                // The browser may be between two pages, where nothing can be asked.
                let now = self.browser.execute(PAGE, Vec::new()).await.ok();
                if now.as_ref().and_then(Value::as_str).is_some_and(|now| !now.is_empty() && now != before) {
                    return;
                }
                sleep(Duration::from_millis(10)).await;
            }
        };
        assert!(timeout(PATIENCE, arrival).await.is_ok(), "{css} leads nowhere");
    }

    pub(super) async fn write(&self, css: &str, text: &str) {
        self.find(css).await.send_keys(text).await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Everything that can be read on the page.
    pub(super) async fn page(&self) -> String {
        self.browser.text("return document.body.innerText").await
    }

    pub(super) async fn reads(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    /// Where the page's links within the site lead.
    pub(super) async fn links(&self) -> Vec<String> {
        let links =
            "return [...document.querySelectorAll('a[href^=\"/\"]')].map(link => link.getAttribute('href'))";
        let links = self.browser.execute(links, Vec::new()).await.unwrap();
        serde_json::from_value(links).unwrap()
    }

    pub(super) async fn value(&self, css: &str) -> String {
        self.find(css).await.prop("value").await.unwrap().unwrap_or_default()
    }

    /// The id of what has the focus.
    pub(super) async fn focus(&self) -> String {
        self.browser.text("return document.activeElement.id").await
    }

    /// Judges the page in light and dark, at its own width and on the narrowest phone, and keeps pictures.
    pub(super) async fn look(&self, what: &str) {
        assert_eq!(self.browser.complaints().await, Vec::<String>::new(), "{what}: the browser complains");
        self.judge(what).await;
    }

    /// The same for a page that came with an error: the browser says so, and nothing else.
    pub(super) async fn look_at_refusal(&self, what: &str, status: u16) {
        let complaints = self.browser.complaints().await;
        let other: Vec<_> =
            complaints.iter().filter(|line| !line.contains(&format!("status of {status}"))).collect();
        assert!(other.is_empty(), "{what}: the browser complains: {other:?}");
        assert!(complaints.len() == 1, "{what}: not answered with {status}: {complaints:?}");
        self.judge(what).await;
    }

    async fn judge(&self, what: &str) {
        let mut faults = self.weight().await;
        for theme in ["light", "dark"] {
            self.prefer(theme).await;
            faults.extend(self.ask(include_str!("person/check.js"), json!({ "phone": self.phone })).await);
            faults.extend(self.axe().await);
            self.picture(&format!("{}-{theme}-{what}", self.name)).await;
        }
        self.prefer("light").await;
        if self.phone {
            self.resize(320, 844).await;
            let narrow = self.ask(include_str!("person/check.js"), json!({ "phone": true })).await;
            faults.extend(narrow.into_iter().map(|fault| format!("at 320: {fault}")));
            // What is left of the window above a keyboard.
            self.resize(390, 500).await;
        }
        if self.scripts {
            faults.extend(self.tab_through().await);
        }
        if self.phone {
            self.resize(390, 844).await;
        }
        faults.sort();
        faults.dedup();
        let mut all = self.faults.lock().unwrap();
        all.extend(faults.into_iter().map(|fault| format!("{} {what}: {fault}", self.name)));
    }

    async fn prefer(&self, theme: &str) {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme },
                                         { "name": "prefers-reduced-motion", "value": "reduce" }] });
        self.browser.devtools("Emulation.setEmulatedMedia", media).await;
    }

    async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": true });
        self.browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Runs a script that gives a list of faults.
    async fn ask(&self, script: &str, argument: Value) -> Vec<String> {
        let faults = self.browser.execute(script, vec![argument]).await.unwrap();
        serde_json::from_value(faults.clone()).unwrap_or_else(|error| panic!("{error}: {faults}"))
    }

    async fn weight(&self) -> Vec<String> {
        let sizes = "const all = performance.getEntriesByType('resource');
            const scripts = all.filter(file => new URL(file.name).pathname.endsWith('.js'));
            const sum = files => files.reduce((sum, file) => sum + file.encodedBodySize, 0);
            return [sum(performance.getEntriesByType('navigation')) + sum(all), sum(scripts), scripts.length]";
        let sizes = self.browser.execute(sizes, Vec::new()).await.unwrap();
        let [page, scripts, count] = [0, 1, 2].map(|at| sizes[at].as_i64().unwrap());
        let mut faults = Vec::new();
        if !(1..=PAGE_BYTES).contains(&page) {
            faults.push(format!("weighs {page} bytes"));
        }
        if scripts > SCRIPT_BYTES || (self.scripts && (scripts == 0 || count == 0)) {
            faults.push(format!("{count} scripts of {scripts} bytes"));
        }
        faults
    }

    /// Goes through the page with the tab key: what has the focus shows it, and nothing hides it.
    async fn tab_through(&self) -> Vec<String> {
        self.browser.execute("document.activeElement.blur(); scrollTo(0, 0)", Vec::new()).await.unwrap();
        let mut faults = Vec::new();
        for _ in 0..60 {
            // As a keyboard does it: keys that are sent to a field for files are taken for a file's name.
            for kind in ["rawKeyDown", "keyUp"] {
                let key = json!({ "type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9 });
                self.browser.devtools("Input.dispatchKeyEvent", key).await;
            }
            let seen = self.ask(include_str!("person/focus.js"), Value::Null).await;
            if seen.iter().any(|word| word == "end") {
                break;
            }
            faults.extend(seen);
        }
        self.browser.execute("document.activeElement.blur(); scrollTo(0, 0)", Vec::new()).await.unwrap();
        faults
    }

    /// What is seen without scrolling as `target/screenshots/<person>-<name>.png`.
    pub(super) async fn window(&self, name: &str) {
        self.browser.screenshot(&format!("{}-{name}", self.name)).await;
    }

    /// The whole page as `target/screenshots/<name>.png`.
    async fn picture(&self, name: &str) {
        self.browser.whole_page(name).await;
    }

    /// What axe-core finds: a second opinion.
    async fn axe(&self) -> Vec<String> {
        if !self.scripts {
            return Vec::new();
        }
        let file = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .with_file_name("browser")
            .join("node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{}: {error}; script/install brings it", file.display()));
        self.browser.execute(&axe, Vec::new()).await.unwrap();
        let run = "const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'] }).then(found => done(found.passes.length < 10 ? ['axe did not run'] : found.violations.flatMap(
                fault => fault.nodes.map(node => `axe ${fault.id}: ${node.target} ${node.any.map(any => any.message)}`))))";
        let faults = self.browser.execute_async(run, Vec::new()).await.unwrap();
        serde_json::from_value(faults).unwrap()
    }

    /// Ends the visit.
    ///
    /// # Panics
    /// When any page that was looked at is not as it should be.
    pub(super) async fn leave(self) {
        self.browser.end().await;
        let faults = self.faults.into_inner().unwrap();
        assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    }
}

/// A page with one of each fault.
const BAD: &str = r##"<!doctype html><html><title>Bad</title><meta name=viewport content="width=device-width">
<style>p { color: #999 } input { border: 1px solid #ccc } button { outline: none !important; width: 20px }</style>
<a href="#there">x</a><main><h1>One</h1><h1>Two</h1><h3 style="width: 1em; overflow-wrap: anywhere">Three fathoms</h3><p id=a>Pale</p><p id=a></p>
<input id=b aria-describedby=nobody aria-invalid=true><button></button><svg viewBox="0 0 1 1"></svg><img src="data:,">
<table><tr><th>x</th></tr></table><span class="state">OK</span><ul><div>no item</div></ul>
<fieldset></fieldset><div style="width: 2000px">wide</div></main>"##;

#[tokio::test]
async fn the_judge_sees_what_is_wrong() {
    let router = axum::Router::new().route("/", axum::routing::get(async || axum::response::Html(BAD)));
    let origin = format!("http://{}", super::itself::serve(router).await);
    let person = Person::with_phone(&origin, "bad").await;
    person.open("/").await;
    let mut faults = person.ask(include_str!("person/check.js"), json!({ "phone": true })).await;
    faults.extend(person.tab_through().await);
    let faults = faults.join("\n");
    for fault in [
        "no lang",
        "title: Bad",
        "id a 2 times",
        "aria-describedby of input#b \"\" leads nowhere: nobody",
        "leads nowhere: #there",
        "2 h1",
        "h1 is followed by h3 \"Three fathoms\"",
        "squeezed: h3 \"Three fathoms\"",
        "not one header",
        "the first link is not the skip link",
        "outside the landmarks: a \"x\"",
        "div \"no item\" in a list",
        "no name: input#b",
        "no name: button",
        "no alt",
        "a drawing without words",
        "a fieldset without a legend",
        "a table without a caption",
        "a th without a scope",
        "no words for the error at input#b",
        "a state without mark and word",
        "contrast 2.85: \"Pale\"",
        "edge 1.61: input#b",
        "scrolls sideways",
        "over the edge: div \"wide\"",
        "to tap: button",
        "focus does not show: button",
    ] {
        assert!(faults.contains(fault), "not seen: {fault}\n{faults}");
    }
    person.browser.end().await;
}
