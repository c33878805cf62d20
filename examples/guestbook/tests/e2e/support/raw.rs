//! A request as bytes, for clients that misbehave.

use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Sends a whole signature and returns the connection, on which the answer has yet to come.
pub(crate) async fn raw_post(address: SocketAddr, name: &str, bio: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("the guestbook accepts");
    let body = format!("name={name}&email=ann@example.org&bio={bio}");
    let length = body.len();
    let request = format!(
        "POST /sign HTTP/1.1\r\nHost: guestbook\r\nContent-Length: {length}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.expect("the guestbook reads");
    stream
}
