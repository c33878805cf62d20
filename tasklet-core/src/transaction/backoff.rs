//! How long to wait before another attempt.

use std::time::Duration;

/// Exponential, with full jitter: any time up to a limit that doubles. So those that were in each
/// other's way come back at different times.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    base: Duration,
    cap: Duration,
}

impl Default for Backoff {
    fn default() -> Backoff {
        Backoff::new(Duration::from_millis(10), Duration::from_secs(1))
    }
}

impl Backoff {
    pub(super) fn new(base: Duration, cap: Duration) -> Backoff {
        Backoff { base, cap }
    }

    /// The longest wait after so many attempts.
    fn limit(&self, attempts: u32) -> Duration {
        let factor = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        self.base.saturating_mul(factor).min(self.cap)
    }

    /// How long to wait after so many attempts.
    pub(super) fn delay(&self, attempts: u32) -> Duration {
        self.limit(attempts).mul_f64(fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_doubles_up_to_the_cap() {
        let backoff = Backoff::new(Duration::from_millis(10), Duration::from_millis(65));
        let limits: Vec<_> = (1..=5).map(|n| backoff.limit(n).as_millis()).collect();
        assert_eq!(limits, [10, 20, 40, 65, 65]);
        assert_eq!(backoff.limit(u32::MAX), Duration::from_millis(65));
    }

    #[test]
    fn a_delay_is_random_and_within_its_limit() {
        let backoff = Backoff::default();
        let delays: Vec<_> = (0..100).map(|_| backoff.delay(3)).collect();
        assert!(delays.iter().all(|delay| *delay <= backoff.limit(3)));
        assert!(delays.iter().any(|delay| *delay != delays[0]));
    }
}
