//! A queue that grows without copying and gives memory back as it empties.

use std::collections::VecDeque;

/// Elements of one chunk: growing costs one allocation, never a copy of what is there.
const CHUNK: usize = 1_024;

/// A queue in chunks, indexed from its oldest element. All chunks but the first and the last are
/// full.
#[derive(Debug)]
pub(super) struct Ring<T> {
    chunks: VecDeque<VecDeque<T>>,
    len: usize,
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Ring { chunks: VecDeque::new(), len: 0 }
    }
}

impl<T> Ring<T> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, at: usize) -> Option<&T> {
        let first = self.chunks.front()?;
        match at.checked_sub(first.len()) {
            None => first.get(at),
            Some(at) => self.chunks.get(1 + at / CHUNK)?.get(at % CHUNK),
        }
    }

    /// Oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }

    /// Oldest first, to be changed.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.chunks.iter_mut().flatten()
    }

    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        match at.checked_sub(self.chunks.front()?.len()) {
            None => self.chunks.front_mut()?.get_mut(at),
            Some(at) => self.chunks.get_mut(1 + at / CHUNK)?.get_mut(at % CHUNK),
        }
    }

    pub(super) fn push(&mut self, element: T) {
        // A chunk is itself a ring: the only one may go round and round.
        match self.chunks.back_mut() {
            Some(last) if last.len() < CHUNK => last.push_back(element),
            _ => {
                let mut chunk = VecDeque::with_capacity(CHUNK);
                chunk.push_back(element);
                self.chunks.push_back(chunk);
            }
        }
        self.len += 1;
    }

    /// Takes out the oldest element.
    pub(super) fn pop(&mut self) -> Option<T> {
        let first = self.chunks.front_mut()?;
        let element = first.pop_front()?;
        self.len -= 1;
        if first.is_empty() {
            self.chunks.pop_front();
        }
        Some(element)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_in_order_across_chunks() {
        let mut ring = Ring::default();
        let (mut next, mut oldest) = (0, 0);
        for round in 0..5_000 {
            ring.push(next);
            next += 1;
            if round % 3 == 2 {
                assert_eq!(ring.pop(), Some(oldest));
                oldest += 1;
            }
            assert_eq!(ring.len(), next - oldest);
            assert_eq!(ring.iter().next(), Some(&oldest));
            assert_eq!(ring.iter_mut().last(), Some(&mut (next - 1)));
            let last = ring.len() - 1;
            assert_eq!(ring.get_mut(last), Some(&mut (next - 1)));
            assert_eq!(ring.get(0), Some(&oldest));
            assert_eq!(ring.get(ring.len() - 1), Some(&(next - 1)));
            assert_eq!(ring.get(ring.len()), None);
        }
        while let Some(element) = ring.pop() {
            assert_eq!(element, oldest);
            oldest += 1;
        }
        assert_eq!((oldest, ring.len(), ring.pop()), (next, 0, None));
        assert!(ring.chunks.len() <= 1, "the memory of what left was given back");
    }
}
