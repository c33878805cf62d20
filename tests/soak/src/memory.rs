//! Whether memory stays flat: what is allocated, and what the machine has given.

use std::alloc::System;
use std::fmt;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What is allocated may grow by so much between the warm-up and the end. Two threads stay for the
/// whole time, and each keeps a stock of freed cells, which takes minutes to fill: 128 KiB for each
/// of 16 sizes. Without such stocks (`--cfg tasklet_no_pool`) next to nothing may be left.
pub(crate) const ALLOCATED_GROWTH_MAX: usize =
    if cfg!(tasklet_no_pool) { 64 * 1024 } else { 2 * 16 * 128 * 1024 };

/// What the machine has given may grow by so much: the allocator returns memory when it likes to.
pub(crate) const RESIDENT_GROWTH_MAX: usize = 48 * 1024 * 1024;

/// In bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    allocated: usize,
    resident: usize,
}

impl Memory {
    pub(crate) fn now() -> Memory {
        let stats = ALLOCATOR.stats();
        let allocated = stats.bytes_allocated.wrapping_sub(stats.bytes_deallocated);
        Memory { allocated, resident: resident() }
    }

    /// Whether it is no more than `before`, but for the tolerance.
    pub(crate) fn is_flat_since(self, before: Memory) -> bool {
        self.allocated <= before.allocated + ALLOCATED_GROWTH_MAX
            && self.resident <= before.resident + RESIDENT_GROWTH_MAX
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [allocated, resident] = [self.allocated, self.resident].map(|bytes| bytes / 1024);
        write!(f, "{allocated} KiB allocated, {resident} KiB resident")
    }
}

/// What Linux says of this process; zero elsewhere.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes.and_then(|number| number.trim().parse::<usize>().ok()).unwrap_or(0) * 1024
}
