//! What is not text, by what it begins with or by what fills it.

/// Beginnings of files that are no text, and where in the file they stand.
const MAGIC: &[(usize, &[u8])] = &[
    // Documents: PDF, PostScript, RTF, old Office.
    (0, b"%PDF-"),
    (0, b"%!PS-"),
    (0, b"{\\rtf"),
    (0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
    // Archives and what is packed like one: gzip, ZIP (and Office), bzip2, xz, Zstandard, 7z, RAR.
    (0, b"\x1F\x8B\x08"),
    (0, b"PK\x03\x04"),
    (4, b"1AY&SY"),
    (0, b"\xFD7zXZ\0"),
    (0, b"\x28\xB5\x2F\xFD"),
    (0, b"7z\xBC\xAF\x27\x1C"),
    (0, b"Rar!\x1A\x07"),
    // Pictures: PNG, JPEG, GIF, TIFF, icons.
    (0, b"\x89PNG\r"),
    (0, b"\xFF\xD8\xFF"),
    (0, b"GIF87a"),
    (0, b"GIF89a"),
    (0, b"II*\0"),
    (0, b"MM\0*"),
    (0, b"\0\0\x01\0"),
    // Sound and film: MP4 and its kin, RIFF (WAV, AVI, WebP), MP3 with a title, Ogg, Matroska.
    (4, b"ftyp"),
    (8, b"WAVEfmt "),
    (8, b"AVI LIST"),
    (8, b"WEBPVP8"),
    (0, b"ID3\x03"),
    (0, b"ID3\x04"),
    (0, b"OggS\0"),
    (0, b"\x1A\x45\xDF\xA3"),
    // Programs and databases: ELF, Java, WebAssembly, SQLite.
    (0, b"\x7FELF"),
    (0, b"\xCA\xFE\xBA\xBE"),
    (0, b"\0asm"),
    (0, b"SQLite format 3\0"),
];

/// Control characters that a circuit may use beside those that frame its messages: it shifts, rings and
/// kills words with some. What is packed has all fourteen.
const SOME: u32 = 8;

/// Whether a file begins as one of a kind that is no text.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    MAGIC.iter().any(|(at, magic)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic)))
}

/// Whether text that holds the characters of a circuit is none of it.
pub(super) fn is_noise(text: &str) -> bool {
    let other =
        |c: &u8| matches!(c, 0x05 | 0x06 | 0x08 | 0x0E..=0x10 | 0x15 | 0x17..=0x19 | 0x1B..=0x1E);
    let kinds = text.bytes().filter(other).fold(0_u32, |kinds, c| kinds | 1 << c);
    kinds.count_ones() > SOME
}
