//! Where cells come from: a small stock for each thread, so that most calls need no allocator.
//!
//! Requests start and finish tasklets by the thousand, of few sizes. A freed cell goes to the stock
//! of the thread that frees it, up to [`STOCK_BYTES_MAX`] for each size class; the next cell of
//! that class made on the thread takes it. All memory is the global allocator's, so that a cell may
//! be freed on another thread than it was made on.
//!
//! Under Miri, and with `--cfg tasklet_no_pool` (for AddressSanitizer), every cell is allocated and
//! freed for itself, lest the stock hide a use after free.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::ptr::NonNull;

/// Cells of sizes that differ by less than this share a class.
const CLASS_BYTES: usize = 32;

/// Larger cells are not kept.
const CELL_BYTES_MAX: usize = 512;

const CLASSES: usize = CELL_BYTES_MAX / CLASS_BYTES;

/// What is allocated is aligned to this; cells that need more are not kept.
const ALIGNMENT: usize = 16;

/// A thread keeps so much memory of each size class at most.
const STOCK_BYTES_MAX: usize = 128 * 1024;

const IS_USED: bool = cfg!(not(any(miri, tasklet_no_pool)));

/// A piece of memory in the stock.
struct Piece {
    next: Option<NonNull<Piece>>,
}

/// The memory of one class that a thread has at hand.
struct Stock {
    first: Cell<Option<NonNull<Piece>>>,
    len: Cell<usize>,
}

struct Pool([Stock; CLASSES]);

thread_local! {
    static POOL: Pool =
        const { Pool([const { Stock { first: Cell::new(None), len: Cell::new(0) } }; CLASSES]) };
}

/// The class of a layout, if it is pooled.
#[inline]
const fn class(layout: Layout) -> Option<usize> {
    if IS_USED
        && 0 < layout.size()
        && layout.size() <= CELL_BYTES_MAX
        && layout.align() <= ALIGNMENT
    {
        Some((layout.size() - 1) / CLASS_BYTES)
    } else {
        None
    }
}

/// The layout of every piece of a class.
#[inline]
const fn layout_of(class: usize) -> Layout {
    match Layout::from_size_align((class + 1) * CLASS_BYTES, ALIGNMENT) {
        Ok(layout) => layout,
        Err(_) => unreachable!(),
    }
}

/// Memory for one value of this layout, which is not of size zero.
#[inline]
pub(super) fn allocate(layout: Layout) -> NonNull<u8> {
    let Some(class) = class(layout) else { return allocate_new(layout) };
    let piece = POOL.try_with(|pool| {
        let stock = &pool.0[class];
        let piece = stock.first.get()?;
        // SAFETY: a piece in the stock was written when it was put there, and is nobody else's.
        stock.first.set(unsafe { piece.as_ref() }.next);
        stock.len.set(stock.len.get() - 1);
        Some(piece.cast())
    });
    match piece {
        Ok(Some(piece)) => piece,
        _ => allocate_new(layout_of(class)),
    }
}

fn allocate_new(layout: Layout) -> NonNull<u8> {
    debug_assert!(0 < layout.size(), "a cell has a header");
    // SAFETY: the layout is not of size zero.
    let memory = unsafe { alloc(layout) };
    NonNull::new(memory).unwrap_or_else(|| handle_alloc_error(layout))
}

/// Gives memory back.
///
/// # Safety
///
/// It came from [`allocate`] with the same layout, and is not used again.
#[inline]
pub(super) unsafe fn free(memory: NonNull<u8>, layout: Layout) {
    let Some(class) = class(layout) else {
        // SAFETY: it came from the allocator, with this layout.
        return unsafe { dealloc(memory.as_ptr(), layout) };
    };
    let kept = POOL.try_with(|pool| {
        let stock = &pool.0[class];
        let len = stock.len.get();
        if STOCK_BYTES_MAX / ((class + 1) * CLASS_BYTES) <= len {
            return false;
        }
        let piece = memory.cast::<Piece>();
        // SAFETY: a piece of any class is large and aligned enough for the link.
        unsafe { piece.write(Piece { next: stock.first.get() }) };
        stock.first.set(Some(piece));
        stock.len.set(len + 1);
        true
    });
    // The stock is full, or the thread is ending.
    if !kept.unwrap_or(false) {
        // SAFETY: it came from the allocator, with its class's layout.
        unsafe { dealloc(memory.as_ptr(), layout_of(class)) };
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for (class, stock) in self.0.iter().enumerate() {
            let mut next = stock.first.take();
            while let Some(piece) = next {
                // SAFETY: a piece in the stock was written when it was put there.
                next = unsafe { piece.as_ref() }.next;
                // SAFETY: it came from the allocator, with its class's layout, and was unlinked.
                unsafe { dealloc(piece.as_ptr().cast(), layout_of(class)) };
            }
        }
    }
}
