//! What all model files share: a name and a version in front, a digest behind, and one error that
//! tells people what is wrong and what to do.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | which kind of model it is |
//! | 2 | format version of that kind, little endian |
//! | … | content |
//! | 16 | XXH3-128 of all before |

use std::fmt;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_128;

/// Far above any sensible model: an embedding of 500,000 pieces takes 70 MB.
const MOST_BYTES: u64 = 256 << 20;
const DIGEST: usize = 16;

/// A kind of model file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// What people call it.
    pub(super) name: &'static str,
    /// The command that writes it.
    pub(super) command: &'static str,
    /// Its first bytes.
    pub(super) magic: [u8; 8],
    /// The format that is read and written.
    pub(super) version: u16,
}

impl Kind {
    /// How many bytes come before the content.
    pub(super) const HEADER: usize = 10;

    /// Begins a file; the content is to be added.
    pub(super) fn begin(&self) -> Vec<u8> {
        let mut bytes = self.magic.to_vec();
        bytes.extend(self.version.to_le_bytes());
        bytes
    }

    /// Closes a file.
    pub(super) fn finish(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let digest = xxh3_128(&bytes);
        bytes.extend(digest.to_le_bytes());
        bytes
    }

    /// The bytes of `path`, unless there are too many of them.
    pub(super) fn read(&self, path: &Path) -> Result<Vec<u8>, ModelError> {
        let refuse = |error| self.refuse(Fault::Unreadable(error)).in_file(path);
        let length = std::fs::metadata(path).map_err(refuse)?.len();
        if length > MOST_BYTES {
            return Err(self.refuse(Fault::TooLarge).in_file(path));
        }
        std::fs::read(path).map_err(refuse)
    }

    /// Where in `bytes` the content is, and the digest, once all that can be told without knowing
    /// the content has been checked.
    pub(super) fn open(&self, bytes: &[u8]) -> Result<(std::ops::Range<usize>, u128), ModelError> {
        if !bytes.starts_with(&self.magic) {
            return Err(self.refuse(Fault::OtherKind));
        }
        let version = bytes.get(self.magic.len()..).and_then(<[u8]>::first_chunk);
        let found = u16::from_le_bytes(*version.ok_or_else(|| self.refuse(Fault::Damaged))?);
        if found != self.version {
            return Err(self.refuse(Fault::Version { found }));
        }
        let end = bytes.len().saturating_sub(DIGEST).max(Self::HEADER);
        let (content, stated) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
        let digest = xxh3_128(content);
        if stated != digest.to_le_bytes() {
            return Err(self.refuse(Fault::Damaged));
        }
        Ok((Self::HEADER..end, digest))
    }

    /// An error of a file whose content contradicts itself.
    pub(super) fn content(&self, what: impl Into<String>) -> ModelError {
        self.refuse(Fault::Content(what.into()))
    }

    fn refuse(&self, fault: Fault) -> ModelError {
        ModelError { kind: *self, file: None, fault }
    }
}

/// Why a model file was refused, as a full sentence that says what to do.
#[derive(Debug)]
pub struct ModelError {
    kind: Kind,
    file: Option<PathBuf>,
    fault: Fault,
}

#[derive(Debug)]
enum Fault {
    Unreadable(std::io::Error),
    TooLarge,
    OtherKind,
    Version { found: u16 },
    Damaged,
    Content(String),
}

impl ModelError {
    /// The same error, naming the file.
    pub(super) fn in_file(self, path: &Path) -> ModelError {
        ModelError { file: Some(path.to_owned()), ..self }
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Kind { name, command, version, .. } = self.kind;
        match &self.file {
            Some(file) => write!(f, "The {name} {} ", file.display())?,
            None => write!(f, "The {name} ")?,
        }
        match &self.fault {
            Fault::Unreadable(error) => write!(f, "cannot be read: {error}."),
            Fault::TooLarge => write!(f, "has more than {MOST_BYTES} bytes, which is too many."),
            Fault::OtherKind => {
                write!(
                    f,
                    "is no {name}: its first bytes are other. Name a file that `{command}` wrote."
                )
            }
            Fault::Version { found } => write!(
                f,
                "is of format {found}, and this wirefold reads format {version}. Train it again \
                 with this version's `{command}`, or use the wirefold that wrote it."
            ),
            Fault::Damaged => f.write_str(
                "was cut or damaged: its digest is not that of its content. Copy it again.",
            ),
            Fault::Content(what) => {
                write!(f, "cannot be used: {what}. Train it again with `{command}`.")
            }
        }
    }
}

impl std::error::Error for ModelError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            Fault::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}
