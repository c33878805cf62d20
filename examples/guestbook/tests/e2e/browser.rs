//! The page in Chromium, through WebDriver.
//!
//! Install it with `apt install chromium chromium-driver` or the like.

use std::process::Stdio;

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::support::{Book, DEADLINE, Db, eventually};

const HOSTILE: &str = "<script>alert('gotcha')</script><img src=x onerror=\"alert('gotcha')\">";

crate::on_both!(a_person_signs_and_sees_the_entry_in_the_book);

async fn a_person_signs_and_sees_the_entry_in_the_book(db: Db) {
    let book = Book::open(&db).await;
    let browser = Browser::start().await;
    let page = &browser.client;
    page.goto(&book.url("/")).await.expect("the page");
    shows(page, "#entries", "Nobody has signed yet. Be the first.").await;

    sign(page, "Ann <b>Ö</b>", "Hello,\nworld").await;
    shows(page, "h1", "Thank you, Ann <b>Ö</b>").await;
    click(page, "a").await;
    shows(page, "article strong", "Ann <b>Ö</b>").await;
    shows(page, "article p", "Hello,\nworld").await;

    sign(page, "Mallory", HOSTILE).await;
    shows(page, "h1", "Thank you, Mallory").await;
    click(page, "a").await;
    shows(page, "article p", HOSTILE).await;
    assert!(page.get_alert_text().await.is_err(), "hostile text ran as a script");
    let styled = "return getComputedStyle(document.querySelector('form')).display";
    let display = page.execute(styled, Vec::new()).await.expect("the test's own script");
    assert_eq!(display, "grid", "the policy lets the style sheet in");

    assert_eq!(db.whole().await, ["Ann <b>Ö</b>", "Mallory"]);
    browser.close().await;
}

/// Fills in the form and sends it by its button.
async fn sign(page: &Client, name: &str, bio: &str) {
    for (field, value) in [("name", name), ("email", "ann@example.org"), ("bio", bio)] {
        let locator = format!("[name={field}]");
        let field = page.find(Locator::Css(&locator)).await.expect("a field");
        field.send_keys(value).await.expect("it can be typed into");
    }
    click(page, "button").await;
}

async fn click(page: &Client, locator: &str) {
    let element = page.find(Locator::Css(locator)).await.expect("something to click");
    element.click().await.expect("it can be clicked");
}

/// Waits until the first such element, on this page or the one that is being loaded, has this text.
async fn shows(page: &Client, locator: &str, expected: &str) {
    eventually(&format!("{locator} shows {expected:?}"), async || {
        let Ok(element) = page.find(Locator::Css(locator)).await else { return false };
        element.text().await.is_ok_and(|text| text == expected)
    })
    .await;
}

/// A browser with nobody's profile, and the process group that it and its driver are in.
struct Browser {
    client: Client,
    _group: Child,
    _profile: TempDir,
}

/// The group ends when our end of its stdin is closed: by a drop, or by the end of this process.
const GROUP: &str = "command -v chromedriver >/dev/null || exit
                     chromedriver --port=0 & cat; kill -s KILL -- -$$";

impl Browser {
    async fn start() -> Self {
        let profile = tempfile::tempdir().expect("a directory");
        let mut group = Command::new("/bin/sh");
        group.args(["-c", GROUP]).process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut group = group.spawn().expect("a shell");
        let port = timeout(DEADLINE, port_of_driver(&mut group)).await.expect("it says its port");
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&profile))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("these tests need Chromium: install the package `chromium`");
        Self { client, _group: group, _profile: profile }
    }

    async fn close(self) {
        self.client.close().await.expect("the browser closes");
    }
}

async fn port_of_driver(group: &mut Child) -> String {
    let mut lines = BufReader::new(group.stdout.take().expect("stdout is piped")).lines();
    while let Some(line) = lines.next_line().await.expect("stdout is text") {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return port.trim_end_matches('.').to_owned();
        }
    }
    panic!("these tests need `chromedriver`: install the package `chromium-driver`");
}

fn capabilities(profile: &TempDir) -> serde_json::Map<String, Value> {
    let profile = format!("--user-data-dir={}", profile.path().display());
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        &profile,
    ];
    let mut capabilities = serde_json::Map::new();
    capabilities.insert("browserName".to_owned(), json!("chrome"));
    capabilities.insert("goog:chromeOptions".to_owned(), json!({ "args": arguments }));
    capabilities
}
