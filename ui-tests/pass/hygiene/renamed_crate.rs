//! A dependency that has another name, or that another crate passes on.

use std::future::ready;

extern crate tasklet_core as renamed;

mod passed_on {
    pub mod runtime {
        pub use tasklet_core::*;
    }

    /// A macro that a framework might export.
    #[macro_export]
    macro_rules! handler {
        ($name:ident) => {
            #[tasklet_core::tasklet(crate = $crate::passed_on::runtime)]
            async fn $name(number: u32) -> u32 {
                ready(number).await
            }
        };
    }
}

#[renamed::tasklet(crate = renamed)]
async fn by_name(number: u32) -> u32 {
    ready(number).await
}

#[renamed::tasklet(crate = ::tasklet_core, ?Send)]
async fn absolute(number: u32) -> u32 {
    number
}

#[renamed::synctasklet(crate = crate::passed_on::runtime)]
async fn through_a_module(number: &u32) -> u32 {
    ready(*number).await
}

#[renamed::toplevel(on_drop = "cancel", crate = self::passed_on::runtime,)]
async fn handles(number: &u32) -> u32 {
    ready(*number).await
}

handler!(from_a_macro);

fn main() {
    assert_eq!(by_name(1).get_result(), 1);
    assert_eq!(absolute(1).get_result(), 1);
    assert_eq!(through_a_module(&1), 1);
    assert_eq!(from_a_macro(1).get_result(), 1);
    drop(handles(&1));
}
