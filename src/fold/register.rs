//! Entries that are found by a key or by a small number. Growing copies none of them, and a number
//! is free again when its entry is taken out.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// Entries of one chunk: growing costs one allocation, never a copy of what is there.
const CHUNK: usize = 1_024;

/// Values by key and by number. As large as it once was.
#[derive(Debug)]
pub(super) struct Register<K, V> {
    numbers: HashTable<u32>,
    entries: Chunks<(K, V)>,
    free: Vec<u32>,
    hasher: RandomState,
}

impl<K, V> Default for Register<K, V> {
    fn default() -> Self {
        let (numbers, entries) = (HashTable::new(), Chunks(Vec::new()));
        Register { numbers, entries, free: Vec::new(), hasher: RandomState::default() }
    }
}

impl<K: Copy + Eq + Hash, V: Default> Register<K, V> {
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The number of a key.
    pub(super) fn number(&self, key: K) -> Option<u32> {
        let same = |number: &u32| self.entries.get(*number).is_some_and(|entry| entry.0 == key);
        self.numbers.find(self.hasher.hash_one(key), same).copied()
    }

    pub(super) fn get(&self, number: u32) -> Option<&V> {
        self.entries.get(number).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut V> {
        self.entries.get_mut(number).map(|(_, value)| value)
    }

    /// Enters a key that is not there; its number.
    pub(super) fn insert(&mut self, key: K, value: V) -> u32 {
        let number = match self.free.pop() {
            Some(number) => {
                *self.entries.at(number) = (key, value);
                number
            }
            None => self.entries.push((key, value)),
        };
        let (entries, hasher) = (&self.entries, &self.hasher);
        let rehash = |number: &u32| entries.get(*number).map_or(0, |(key, _)| hasher.hash_one(key));
        self.numbers.insert_unique(hasher.hash_one(key), number, rehash);
        number
    }

    /// The value of a key, which is entered if it is not there.
    pub(super) fn get_or_insert_with(&mut self, key: K, value: impl FnOnce() -> V) -> &mut V {
        let number = self.number(key).unwrap_or_else(|| self.insert(key, value()));
        &mut self.entries.at(number).1
    }

    /// Takes out a key with its value.
    pub(super) fn remove(&mut self, key: K) -> Option<V> {
        let entries = &self.entries;
        let same = |number: &u32| entries.get(*number).is_some_and(|entry| entry.0 == key);
        let (number, _) = self.numbers.find_entry(self.hasher.hash_one(key), same).ok()?.remove();
        self.free.push(number);
        Some(std::mem::take(&mut self.entries.at(number).1))
    }
}

/// A list in chunks, of which all but the last are full.
#[derive(Debug)]
struct Chunks<T>(Vec<Vec<T>>);

impl<T> Chunks<T> {
    fn get(&self, number: u32) -> Option<&T> {
        let at = number as usize;
        self.0.get(at / CHUNK)?.get(at % CHUNK)
    }

    fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        let at = number as usize;
        self.0.get_mut(at / CHUNK)?.get_mut(at % CHUNK)
    }

    /// The element of a number that was given.
    fn at(&mut self, number: u32) -> &mut T {
        let at = number as usize;
        &mut self.0[at / CHUNK][at % CHUNK]
    }

    fn push(&mut self, element: T) -> u32 {
        let full = self.0.len().saturating_sub(1) * CHUNK;
        match self.0.last_mut() {
            Some(last) if last.len() < CHUNK => {
                last.push(element);
                (full + last.len() - 1) as u32
            }
            _ => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(element);
                self.0.push(chunk);
                ((self.0.len() - 1) * CHUNK) as u32
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::StoryId;

    #[test]
    fn values_are_found_by_key_and_number_and_numbers_are_used_again() {
        let mut register = Register::default();
        let keys = 3 * CHUNK as u64;
        for key in 0..keys {
            assert_eq!(u64::from(register.insert(StoryId(7 * key), key)), key);
        }
        for key in 0..keys {
            let number = register.number(StoryId(7 * key)).expect("it was entered");
            assert_eq!(register.get(number), Some(&key));
            assert_eq!(register.number(StoryId(7 * key + 1)), None);
        }
        for key in (0..keys).step_by(2) {
            assert_eq!(register.remove(StoryId(7 * key)), Some(key));
            assert_eq!(register.remove(StoryId(7 * key)), None);
        }
        assert_eq!(register.len(), CHUNK * 3 / 2);
        for key in (0..keys).step_by(2) {
            let number = register.insert(StoryId(7 * key + 1), 2 * key);
            assert!(u64::from(number) < keys, "a number that was free");
            *register.get_mut(number).expect("it was entered") += 1;
            assert_eq!(register.get(number), Some(&(2 * key + 1)));
        }
        assert_eq!((register.len(), register.free.len()), (3 * CHUNK, 0));
        assert_eq!(register.get(keys as u32), None);
    }
}
