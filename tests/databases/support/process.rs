//! A process of somebody else's children, to be ended and waited for: by a handle, which no other
//! process gets when it is gone.

use std::os::fd::OwnedFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

#[derive(Debug)]
pub(crate) struct Process(OwnedFd);

impl Process {
    /// The process with this id, if it lives.
    pub(crate) fn open(id: &str) -> Option<Process> {
        let id = Pid::from_raw(id.parse().ok()?)?;
        pidfd_open(id, PidfdFlags::empty()).ok().map(Process)
    }

    /// Sends a signal, unless it is gone.
    pub(crate) fn send(&self, signal: Signal) {
        let _gone = pidfd_send_signal(&self.0, signal);
    }

    /// Returns when it has ended.
    pub(crate) fn wait(&self) {
        let mut end = [PollFd::new(&self.0, PollFlags::IN)];
        while poll(&mut end, None).is_err() {}
    }
}
