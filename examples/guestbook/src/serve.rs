//! Serves until a signal says stop, then lets everything that was started finish.

use std::future::IntoFuture;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use crate::store::Store;
use crate::web;

/// Serves the book. On Ctrl-C or SIGTERM no connection is accepted any more, and what is in flight
/// may take as long as `patience`; a second signal cuts that short.
pub(crate) async fn until_stopped(
    listener: TcpListener,
    store: Store,
    patience: Duration,
) -> io::Result<ExitCode> {
    let (stop, stopped) = oneshot::channel::<()>();
    let router = web::router(store.clone());
    // The sender is dropped to say stop, so there is nothing to receive but its end.
    let server =
        axum::serve(listener, router).with_graceful_shutdown(async { drop(stopped.await) });
    let server = tokio::spawn(server.into_future());

    stop_signal().await?;
    let requests = tasklet_core::live();
    eprintln!("guestbook: stopping; requests in flight: {requests}, given up to {patience:?}");
    drop(stop);
    tokio::select! {
        code = finish(server, store, Instant::now() + patience) => Ok(code),
        signal = stop_signal() => {
            signal?;
            eprintln!("guestbook: stopped at once");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Waits for the answers, then for the tasklets whose clients went away, then closes the book.
async fn finish(server: JoinHandle<io::Result<()>>, store: Store, deadline: Instant) -> ExitCode {
    if timeout_at(deadline, server).await.is_err() {
        eprintln!("guestbook: some connections are still open");
    }
    let remaining = deadline.saturating_duration_since(Instant::now());
    if let Err(unfinished) = tasklet_core::drain(remaining).await {
        eprintln!("guestbook: did not finish in time: {unfinished}");
        return ExitCode::FAILURE;
    }
    eprintln!("guestbook: drained; everything that was started has finished");
    store.close().await;
    ExitCode::SUCCESS
}

/// Ends when the process is asked to stop.
async fn stop_signal() -> io::Result<()> {
    #[cfg(unix)]
    let terminate = async {
        signal::unix::signal(signal::unix::SignalKind::terminate())?.recv().await;
        Ok(())
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending();
    tokio::select! {
        interrupt = signal::ctrl_c() => interrupt,
        terminate = terminate => terminate,
    }
}
