//! A bound on the memory of pictures that are worked on at the same time.

use std::sync::{Condvar, Mutex, PoisonError};

/// Bytes that may be in use at once.
pub(crate) struct Room {
    most: u64,
    used: Mutex<u64>,
    changed: Condvar,
}

/// A part of a room, given back when dropped.
pub(crate) struct Place<'a> {
    room: &'a Room,
    bytes: u64,
}

impl Room {
    pub(crate) fn new(most: u64) -> Self {
        Self { most, used: Mutex::new(0), changed: Condvar::new() }
    }

    /// Waits until there is room for so many bytes. What is larger than the room gets all of it.
    pub(crate) fn take(&self, bytes: u64) -> Place<'_> {
        let bytes = bytes.min(self.most);
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |used: &mut u64| *used + bytes > self.most;
        let mut used = self.changed.wait_while(used, is_full).unwrap_or_else(PoisonError::into_inner);
        *used += bytes;
        Place { room: self, bytes }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.room.used.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.room.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::Room;

    #[test]
    fn no_more_than_the_room_is_in_use() {
        let (room, used, most) = (Room::new(100), AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for bytes in [30, 60, 50, 1000, 100, 10, 70, 0] {
                let (room, used, most) = (&room, &used, &most);
                scope.spawn(move || {
                    for _ in 0..50 {
                        let place = room.take(bytes);
                        let now = used.fetch_add(place.bytes, Ordering::SeqCst) + place.bytes;
                        most.fetch_max(now, Ordering::SeqCst);
                        thread::yield_now();
                        used.fetch_sub(place.bytes, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(most.into_inner(), 100);
    }
}
