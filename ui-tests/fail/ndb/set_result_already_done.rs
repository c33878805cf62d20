//! NDB's test_set_result_already_done, where it is a `RuntimeError`: a result is set once.

use tasklet_core::TaskletFuture;

fn main() {
    let (completer, future) = TaskletFuture::promise();
    completer.set_result(42);
    completer.set_result(43);
    future.get_result();
}
