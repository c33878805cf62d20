//! NDB's test_set_exception_already_done, where it is a `RuntimeError`: what has a result, or an
//! exception, gets no other one.

use tasklet_core::TaskletFuture;

fn main() {
    let (completer, future) = TaskletFuture::<Result<u32, String>>::promise();
    completer.set_exception("Spurious Error".to_owned());
    completer.set_exception("Another one".to_owned());
    let _error = future.get_result();

    let (completer, future) = TaskletFuture::<Result<u32, String>>::promise();
    completer.set_result(Ok(42));
    completer.set_exception("Too late".to_owned());
    let _error = future.get_result();
}
