//! A client that makes one request, and may leave before the answer.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A request that was sent. To drop it is to leave.
pub(crate) struct Asked(TcpStream);

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) async fn post(server: SocketAddr, path: &str, body: &str) -> Asked {
        let mut stream = TcpStream::connect(server).await.expect("the server listens");
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\
             Content-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        Asked(stream)
    }

    pub(crate) async fn answer(mut self) -> Answer {
        let mut bytes = String::new();
        self.0.read_to_string(&mut bytes).await.expect("the server answers");
        let (head, body) = bytes.split_once("\r\n\r\n").expect("the head is whole");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Answer { status: status.expect("the answer has a status"), body: body.to_owned() }
    }
}
