//! How a test learns that a server has dropped the future of a handler.

use tokio::sync::mpsc;

/// Makes a [`Guard`] for each request.
#[derive(Clone)]
pub(crate) struct Door(mpsc::UnboundedSender<()>);

/// Is told of each request that has ended, in whatever way.
pub(crate) struct Porter(mpsc::UnboundedReceiver<()>);

/// Held around a handler.
pub(crate) struct Guard(Door);

pub(crate) fn door() -> (Door, Porter) {
    let (leave, left) = mpsc::unbounded_channel();
    (Door(leave), Porter(left))
}

impl Door {
    pub(crate) fn enter(&self) -> Guard {
        Guard(self.clone())
    }
}

impl Porter {
    pub(crate) async fn left(&mut self) {
        self.0.recv().await.expect("the server has the door");
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // At the end of a test nobody may be there to be told.
        let _told = self.0.0.send(());
    }
}
