//! What the frameworks share: one client, what the handlers work on, and the stories that every
//! framework has to live through.

pub(crate) mod client;
pub(crate) mod deadline;
pub(crate) mod desk;
pub(crate) mod leaving;
pub(crate) mod story;

use std::net::SocketAddr;

use tokio::net::TcpListener;

/// A socket that listens, and where.
pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}
