//! Values of configuration keys: what they are read from, and what is said when they are wrong.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use toml::de::DeValue;
use url::Url;

/// A type that a configuration key can have.
pub trait Value: Sized {
    /// How a value is written, for hints.
    const EXAMPLE: &'static str;

    /// Reads it, or says what it must be, in words that follow the key's name ("is a …").
    fn read(value: &DeValue<'_>) -> Result<Self, String>;
}

/// A span of time, written `"90s"`, `"5m"`, `"72h"`, `"30d"`; parts add up (`"1h 30m"`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// A number of bytes, written `"64KiB"`, `"512MiB"`, `"4GiB"` (or `KB`, `MB`, `GB`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl fmt::Display for Span {
    /// As it is written, in the largest unit that divides it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
        let millis = self.0.as_millis();
        match units.into_iter().find(|(_, size)| millis >= *size && millis.is_multiple_of(*size)) {
            Some((unit, size)) => write!(f, "{}{unit}", millis / size),
            None => write!(f, "{millis}ms"),
        }
    }
}

impl fmt::Display for Bytes {
    /// As it is written, in the largest unit that divides it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1_u64 << 10)];
        match units.into_iter().find(|(_, size)| self.0 >= *size && self.0.is_multiple_of(*size)) {
            Some((unit, size)) => write!(f, "{}{unit}", self.0 / size),
            None => write!(f, "{}B", self.0),
        }
    }
}

/// What a TOML value is, in words.
pub fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn text<'a>(value: &'a DeValue<'_>, what: &str, example: &str) -> Result<&'a str, String> {
    match value {
        DeValue::String(text) => Ok(text.as_ref()),
        other => Err(format!("is {what}, like {example}, not {}", describe(other))),
    }
}

impl Value for String {
    const EXAMPLE: &'static str = "\"…\"";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        text(value, "a string", Self::EXAMPLE).map(str::to_owned)
    }
}

impl Value for PathBuf {
    const EXAMPLE: &'static str = "\"path\"";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        match text(value, "a path", Self::EXAMPLE)? {
            "" => Err("is an empty path".to_owned()),
            path => Ok(PathBuf::from(path)),
        }
    }
}

impl Value for bool {
    const EXAMPLE: &'static str = "true";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        match value {
            DeValue::Boolean(value) => Ok(*value),
            other => Err(format!("is true or false, not {}", describe(other))),
        }
    }
}

impl Value for u32 {
    const EXAMPLE: &'static str = "1";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        match value {
            DeValue::Integer(digits) => u32::from_str_radix(digits.as_str(), digits.radix())
                .map_err(|_| format!("is a whole number from 0 to {}", u32::MAX)),
            other => Err(format!("is a whole number, not {}", describe(other))),
        }
    }
}

impl Value for f64 {
    const EXAMPLE: &'static str = "0.5";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let digits = match value {
            DeValue::Float(digits) => digits.as_str(),
            DeValue::Integer(digits) => digits.as_str(),
            other => return Err(format!("is a number, not {}", describe(other))),
        };
        digits.parse().map_err(|_| "is not a number".to_owned())
    }
}

impl Value for Span {
    const EXAMPLE: &'static str = "\"72h\"";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let text = text(value, "a duration", Self::EXAMPLE)?;
        let wrong = || format!("is a duration like `90s`, `5m`, `72h` or `30d`, not `{text}`");
        let mut total = Duration::ZERO;
        for (number, unit) in parts(text).ok_or_else(wrong)? {
            let seconds: f64 = match unit {
                "ms" => 0.001,
                "s" => 1.0,
                "m" | "min" => 60.0,
                "h" => 3_600.0,
                "d" => 86_400.0,
                "w" => 604_800.0,
                _ => return Err(wrong()),
            };
            let part = Duration::try_from_secs_f64(number * seconds).map_err(|_| wrong())?;
            total = total.checked_add(part).ok_or_else(wrong)?;
        }
        const LONGEST: Duration = Duration::from_secs(100 * 366 * 86_400);
        if total > LONGEST {
            return Err("is longer than a hundred years".to_owned());
        }
        Ok(Span(total))
    }
}

impl Value for Bytes {
    const EXAMPLE: &'static str = "\"512MiB\"";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let text = text(value, "a size", Self::EXAMPLE)?;
        let wrong = || format!("is a size like `64KiB`, `512MiB` or `4GiB`, not `{text}`");
        let parts = parts(text).ok_or_else(wrong)?;
        let [(number, unit)] = parts[..] else { return Err(wrong()) };
        let scale: f64 = match unit {
            "B" => 1.0,
            "KiB" => 1_024.0,
            "MiB" => 1_048_576.0,
            "GiB" => 1_073_741_824.0,
            "TiB" => 1_099_511_627_776.0,
            "kB" | "KB" => 1e3,
            "MB" => 1e6,
            "GB" => 1e9,
            "TB" => 1e12,
            _ => return Err(wrong()),
        };
        Ok(Bytes((number * scale) as u64))
    }
}

impl Value for TimeZone {
    const EXAMPLE: &'static str = "\"Europe/Berlin\"";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let name = text(value, "a time zone", Self::EXAMPLE)?;
        if name == "UTC" || name == "Z" {
            return Ok(TimeZone::UTC);
        }
        TimeZone::get(name).map_err(|_| {
            format!("is a time zone of the IANA database, like `Europe/Berlin`, not `{name}`")
        })
    }
}

impl Value for SocketAddr {
    const EXAMPLE: &'static str = "\"127.0.0.1:8910\"";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let text = text(value, "an address with a port", Self::EXAMPLE)?;
        text.parse().map_err(|_| {
            format!("is an IP address with a port, like {}, not `{text}`", Self::EXAMPLE)
        })
    }
}

impl Value for Url {
    const EXAMPLE: &'static str = "\"https://example.org/feed.xml\"";

    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let text = text(value, "an address", Self::EXAMPLE)?;
        let url =
            Url::parse(text).map_err(|error| format!("is an address, not `{text}`: {error}"))?;
        match url.scheme() {
            "http" | "https" => Ok(url),
            other => Err(format!("is an address of http or https, not of `{other}`")),
        }
    }
}

/// Splits `1h 30m` into its numbers and units; `None` unless every number has a unit.
fn parts(text: &str) -> Option<Vec<(f64, &str)>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let tail = tail.trim_start();
        let unit_end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        parts.push((number.parse().ok()?, unit));
        rest = tail.trim_start();
    }
    (!parts.is_empty()).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn span(text: &str) -> Result<u128, String> {
        Span::read(&DeValue::String(text.into())).map(|span| span.0.as_millis())
    }

    #[test]
    fn durations_are_numbers_with_units() {
        assert_eq!(span("90s"), Ok(90_000));
        assert_eq!(span("1h 30m"), Ok(5_400_000));
        assert_eq!(span("1.5h"), Ok(5_400_000));
        assert_eq!(span("30d"), Ok(30 * 86_400_000));
        for wrong in ["", "12", "h", "12 parsecs", "-1h", "1..5h", "999999999999d"] {
            assert!(span(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn sizes_are_a_number_with_a_unit() {
        let size = |text: &str| Bytes::read(&DeValue::String(text.into())).map(|size| size.0);
        assert_eq!(size("64KiB"), Ok(65_536));
        assert_eq!(size("4 GiB"), Ok(4 << 30));
        assert_eq!(size("1.5MB"), Ok(1_500_000));
        for wrong in ["", "12", "MiB", "1MiB 2KiB", "1 mile"] {
            assert!(size(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn durations_and_sizes_are_shown_as_they_are_written() {
        for (seconds, shown) in [(90, "90s"), (5_400, "90m"), (7_200, "2h"), (172_800, "2d")] {
            assert_eq!(Span(Duration::from_secs(seconds)).to_string(), shown);
        }
        assert_eq!(Span(Duration::from_millis(1_500)).to_string(), "1500ms");
        for (bytes, shown) in [(1, "1B"), (1_024, "1KiB"), (64 << 20, "64MiB"), (5 << 30, "5GiB")] {
            assert_eq!(Bytes(bytes).to_string(), shown);
        }
    }
}
