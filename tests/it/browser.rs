//! A real browser for tests of the console: Chromium without a window, driven by the WebDriver
//! protocol of its `chromedriver`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::installed::program;
use crate::support::eventually;
use crate::web::{ask, free_port};

/// A browser with one page. Ended when dropped.
pub(crate) struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    folder: tempfile::TempDir,
}

impl Browser {
    /// Opens one whose page is so many pixels wide. `None` where Chromium or its driver is not
    /// installed, which is said; with `CI` set in the environment, that is a failure.
    pub(crate) fn open(width: u32) -> Option<Browser> {
        let (driver, chromium) = (program("chromedriver")?, program("chromium")?);
        let folder = tempfile::tempdir().unwrap();
        let address = free_port();
        let log = std::fs::File::create(folder.path().join("driver.log")).unwrap();
        let mut command = Command::new(driver);
        command.arg(format!("--port={}", address.port())).stdin(Stdio::null());
        command.stdout(log.try_clone().unwrap()).stderr(log);
        let driver = command.spawn().unwrap();
        let session = String::new();
        let mut browser = Browser { driver, address, session, folder };
        browser.start(&chromium, width);
        Some(browser)
    }

    fn start(&mut self, chromium: &std::path::Path, width: u32) {
        let address = self.address;
        eventually(&self.log(), "the driver answers", || {
            ask(address, "GET", "/status", "", "").is_some_and(|(status, _)| status == 200)
        });
        let profile = self.folder.path().join("profile");
        let args = [
            "--headless=new".to_owned(),
            // Tests may be run by root, and in containers with a small /dev/shm.
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-gpu".to_owned(),
            "--no-first-run".to_owned(),
            // No traffic but the test's.
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            format!("--user-data-dir={}", profile.display()),
        ];
        let options = json!({ "binary": chromium, "args": args });
        let asked = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let made = self.command("", &asked);
        self.session = format!("/{}", made["sessionId"].as_str().unwrap());
        // A window cannot be as narrow as a phone.
        let metrics =
            json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": true });
        let cdp = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": metrics });
        self.command("/goog/cdp/execute", &cdp);
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("driver.log")
    }

    #[track_caller]
    fn command(&self, path: &str, body: &Value) -> Value {
        let path = format!("/session{}{path}", self.session);
        let headers = "Content-Type: application/json\r\n";
        let (status, answer) =
            ask(self.address, "POST", &path, headers, &body.to_string()).expect("an answer");
        assert_eq!(status, 200, "{answer}");
        serde_json::from_str::<Value>(&answer).unwrap()["value"].take()
    }

    /// Goes to a page and waits until it is loaded.
    #[track_caller]
    pub(crate) fn visit(&self, url: &str) {
        self.command("/url", &json!({ "url": url }));
    }

    /// What an expression of JavaScript is in the page.
    #[track_caller]
    pub(crate) fn eval(&self, expression: &str) -> Value {
        let script = format!("return {expression};");
        self.command("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// The text that the page shows in the elements of a selector, one after the other.
    #[track_caller]
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let all = format!("[...document.querySelectorAll({selector:?})].map(it => it.innerText)");
        serde_json::from_value(self.eval(&all)).unwrap()
    }

    /// Clicks on the first element of a selector.
    #[track_caller]
    pub(crate) fn click(&self, selector: &str) {
        self.eval(&format!("document.querySelector({selector:?}).click()"));
    }

    /// Waits until there is an element of a selector.
    #[track_caller]
    pub(crate) fn until(&self, selector: &str) {
        eventually(&self.log(), selector, || !self.texts(selector).is_empty());
    }

    /// Waits until the elements of a selector have these texts.
    #[track_caller]
    pub(crate) fn shows(&self, selector: &str, expected: &[&str]) {
        let page = self.folder.path().join("page.txt");
        eventually(&page, &format!("`{selector}` shows {expected:?}"), || {
            let shown = self.texts(selector);
            std::fs::write(&page, format!("{shown:?}")).unwrap();
            shown == expected
        });
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its driver ends it; killed alone, the driver would leave it behind.
        let path = format!("/session{}", self.session);
        let _ = ask(self.address, "DELETE", &path, "", "");
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
