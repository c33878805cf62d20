//! Tasklets that are written by the user's own macros.

use std::future::ready;

use tasklet_core::{synctasklet, tasklet, toplevel};

macro_rules! getter {
    ($(#[$meta:meta])* $vis:vis $name:ident($arg:ident: $type:ty) -> $result:ty $body:block) => {
        $(#[$meta])*
        #[tasklet]
        $vis async fn $name($arg: $type) -> $result $body
    };
}

getter! {
    /// Awaits.
    #[inline]
    pub(crate) awaits(text: String) -> usize {
        ready(()).await;
        text.len()
    }
}

getter!(runs_inline(text: Option<&'static str>) -> usize { text.map_or(0, str::len) });

// Two parameters of one name, one from the macro and one from its caller.
macro_rules! sum {
    ($name:ident, $a:ident, $value:expr) => {
        #[tasklet]
        async fn $name(a: u32, $a: u32, _: u8, _a: u8) -> u32 {
            ready(()).await;
            10 * a + $a + $value
        }
    };
}

sum!(sum, a, 100);

macro_rules! pass_on {
    ($item:item) => {
        #[tasklet]
        $item
    };
}

pass_on! {
    async fn passed_on(text: String) -> usize {
        ready(text.len()).await
    }
}

macro_rules! methods {
    ($this:ident, $type:ident, $field:ident, $body:expr) => {
        impl $type {
            #[tasklet]
            async fn by_value($this, more: u32) -> u32 {
                ready(()).await;
                $this.$field + more + $body
            }

            #[synctasklet]
            async fn by_reference(&$this, more: &u32) -> u32 {
                ready(()).await;
                $this.$field + *more + $body
            }

            #[toplevel]
            fn handle(&mut $this, more: u32) -> u32 {
                $this.$field += more;
                $this.$field + $body
            }
        }
    };
}

#[derive(Clone, Copy)]
struct Counter {
    count: u32,
}

methods!(self, Counter, count, 100);

macro_rules! wait {
    ($future:expr) => {
        $future.await
    };
}

#[tasklet]
async fn hidden_await() -> u32 {
    wait!(ready(1))
}

macro_rules! lifetime {
    ($lifetime:lifetime, $name:ident) => {
        #[synctasklet]
        async fn $name<$lifetime>(text: &$lifetime str) -> &$lifetime str {
            text
        }
    };
}

lifetime!('a, borrow);

fn main() {
    assert_eq!(awaits("four".to_owned()).get_result(), 4);
    assert_eq!(runs_inline(Some("four")).get_result(), 4);
    assert_eq!(sum(1, 2, 0, 0).get_result(), 112);
    assert_eq!(passed_on("four".to_owned()).get_result(), 4);
    assert_eq!(Counter { count: 1 }.by_value(10).get_result(), 111);
    assert_eq!(Counter { count: 1 }.by_reference(&10), 111);
    assert_eq!(Counter { count: 1 }.handle(10), 111);
    assert_eq!(hidden_await().get_result(), 1);
    assert_eq!(borrow("four"), "four");
}
