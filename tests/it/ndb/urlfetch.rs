//! Requests beside tasklets. Case 110.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener};
use std::thread;

use tasklet_core::fetch::fetch;
use tasklet_core::prelude::*;
use tests::{Log, within};

/// 110. testUrlFetch (legacy context_test.py:602): the loop drives a request to a real server, and
/// what else is ready goes on meanwhile.
#[test]
fn test_url_fetch() {
    const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
    /// Answers one request, when it is told to.
    fn serve(listener: TcpListener, may_answer: Completer<()>, answer: TaskletFuture<()>) {
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody asks");
            let mut lines = BufReader::new(&stream).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            may_answer.set_result(());
            answer.get_result();
            stream.write_all(PAGE.as_bytes()).expect("somebody listens");
            stream.shutdown(Shutdown::Write).expect("it was open");
        });
    }
    #[tasklet]
    async fn beside(asked: TaskletFuture<()>, answer: Completer<()>, log: Log) {
        asked.await;
        log.add("beside");
        answer.set_result(());
    }
    #[toplevel]
    fn handler(url: String, asked: TaskletFuture<()>, answer: Completer<()>, log: Log) -> String {
        let page = fetch(url);
        let beside = beside(asked, answer, log.clone());
        let page = page.get_result().expect("a response");
        log.add(page.status_code());
        beside.get_result();
        page.text().into_owned()
    }
    within(|| {
        let log = Log::new();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
        let ((may_answer, asked), (answer, answered)) =
            (TaskletFuture::promise(), TaskletFuture::promise());
        serve(listener, may_answer, answered);
        assert_eq!(handler(url, asked, answer, log.clone()), "hello");
        assert_eq!(log.take(), ["beside", "200"]);
    });
}
