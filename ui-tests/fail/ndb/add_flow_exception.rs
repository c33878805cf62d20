//! NDB's testAddFlowException, where it is a `TypeError`: only types of errors can be expected ones.

use tasklet_core::add_flow_exception;

fn main() {
    add_flow_exception::<&'static str>();
    add_flow_exception::<String>();
}
