//! Parameters live until the end of the body and are dropped in the order of an `async fn`.

use std::future::ready;
use std::sync::{Arc, Mutex};

use tasklet_core::{synctasklet, tasklet, toplevel};

type Log = Arc<Mutex<Vec<&'static str>>>;

struct Noisy(&'static str, Log);

impl Drop for Noisy {
    fn drop(&mut self) {
        self.1.lock().unwrap().push(self.0);
    }
}

/// Each body is a plain function's and each attribute's, and all of them must log the same.
macro_rules! check {
    (($($parameter:tt)*), $body:block) => {{
        async fn plain($($parameter)*) $body
        #[tasklet]
        async fn started($($parameter)*) $body
        #[tasklet(?Send)]
        async fn local($($parameter)*) $body
        #[synctasklet]
        async fn blocking($($parameter)*) $body
        #[toplevel]
        async fn handler($($parameter)*) $body

        let expected = log_of(|a, b, c, d| block_on(plain(a, b, c, d)));
        assert_eq!(expected.len(), 5);
        assert_eq!(log_of(|a, b, c, d| started(a, b, c, d).get_result()), expected);
        assert_eq!(log_of(|a, b, c, d| local(a, b, c, d).get_result()), expected);
        assert_eq!(log_of(blocking), expected);
        assert_eq!(log_of(|a, b, c, d| block_on(handler(a, b, c, d))), expected);
    }};
}

fn log_of(run: impl FnOnce(Noisy, Noisy, (Noisy, Noisy), Noisy)) -> Vec<&'static str> {
    let log = Log::default();
    let noisy = |name| Noisy(name, Arc::clone(&log));
    run(noisy("a"), noisy("b"), (noisy("c"), noisy("c'")), noisy("d"));
    log.lock().unwrap().clone()
}

/// `block_on` is what `#[synctasklet]` is for.
#[synctasklet]
async fn block_on(future: impl Future<Output = ()>) {
    future.await;
}

fn main() {
    check!((a: Noisy, b: Noisy, (c, e): (Noisy, Noisy), d: Noisy), {
        ready(()).await;
        let _used = (&a.0, &b.0, &c.0, &d.0, &e.0);
    });
    check!((_: Noisy, _b: Noisy, (c, _): (Noisy, Noisy), d: Noisy), {
        ready(()).await;
        let _used = (&c.0, &d.0);
    });
    check!((a: Noisy, _guard: Noisy, _: (Noisy, Noisy), _: Noisy), {
        ready(()).await;
        drop(a);
    });
    check!((a: Noisy, mut b: Noisy, (_, mut e): (Noisy, Noisy), _: Noisy), {
        b.0 = "b changed";
        ready(()).await;
        e.0 = "e changed";
        let _used = (&a.0, &e.0);
    });
    // The same without an await.
    check!((a: Noisy, _: Noisy, (c, _): (Noisy, Noisy), _d: Noisy), {
        let _used = (&a.0, &c.0);
    });
}
