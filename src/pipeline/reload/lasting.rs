//! What a daemon takes up at its start and then keeps, whatever its configuration says later.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::config::Config;

/// What is taken up while it runs.
const RELOADED: [&str; 5] = ["channel", "rule", "rules", "list", "test"];

/// What of `[serve]` says who may do what: tokens are read again.
const TOKENS: [&str; 4] = ["token", "token_file", "token_env", "lifecycle"];

/// The settings of a configuration that last, by where they stand: ``[log] `retain` ``,
/// ``[[source.feed]] `world` ``.
pub(super) struct Lasting(BTreeMap<String, Value>);

impl Lasting {
    pub(super) fn of(config: &Config) -> Lasting {
        // It was read before, or there would be no configuration.
        let mut all: Table = toml::from_str(config.file.text()).unwrap_or_default();
        all.retain(|section, _| !RELOADED.contains(&section));
        if let Some(serve) = all.get_mut("serve").and_then(Value::as_table_mut) {
            serve.retain(|key, _| !TOKENS.contains(&key));
        }
        let mut lasting = Lasting(BTreeMap::new());
        lasting.add("", all);
        lasting
    }

    fn add(&mut self, section: &str, table: Table) {
        for (key, value) in table {
            let name = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
            match value {
                Value::Table(table) => self.add(&name, table),
                Value::Array(entries) if entries.iter().all(Value::is_table) => {
                    entries.into_iter().for_each(|entry| self.add_entry(&name, entry));
                }
                value => {
                    self.0.insert(format!("[{section}] `{key}`"), value);
                }
            }
        }
    }

    fn add_entry(&mut self, section: &str, mut entry: Value) {
        if section.starts_with("sink.")
            && let Some(sink) = entry.as_table_mut()
        {
            // These a running sink is given.
            sink.remove("channels");
        }
        let name = entry.get("name").and_then(Value::as_str).unwrap_or_default();
        self.0.insert(format!("[[{section}]] `{name}`"), entry);
    }

    /// What is different in `other`, in order.
    pub(super) fn changed(&self, other: &Lasting) -> Vec<String> {
        let added = other.0.keys().filter(|key| !self.0.contains_key(*key));
        let changed = self.0.iter().filter(|(key, value)| other.0.get(*key) != Some(value));
        let mut names: Vec<_> = changed.map(|(key, _)| key).chain(added).cloned().collect();
        names.sort();
        names
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::File;

    const DESK: &str = r#"
[log]
retain = "30d"
[serve]
listen = "127.0.0.1:8910"
[[publisher]]
name = "Coast Wire"
[[channel]]
name = "harbour"
[[source.tcp]]
name = "wire"
listen = "127.0.0.1:8911"
[[sink.file]]
name = "archive"
channels = ["harbour"]
path = "harbour.ndjson"
"#;

    fn config(text: &str) -> Config {
        let (config, problems) = Config::parse(File::new("wirefold.toml", text), Path::new("."));
        config.unwrap_or_else(|| panic!("{problems}"))
    }

    #[track_caller]
    fn case(now: &str, expected: &[&str]) {
        let changed = Lasting::of(&config(DESK)).changed(&Lasting::of(&config(now)));
        assert_eq!(changed, expected);
    }

    #[test]
    fn what_waits_for_the_next_start_is_named_where_it_stands() {
        case(DESK, &[]);
        case(&format!("# moved down\n\n{DESK}"), &[]);
        case(&DESK.replace("30d", "40d"), &["[log] `retain`"]);
        case(&DESK.replace("[serve]", "[fold]\nthreshold = 0.5\n[serve]"), &["[fold] `threshold`"]);
        case(&DESK.replace(":8911", ":8912"), &["[[source.tcp]] `wire`"]);
        case(
            &DESK.replace("Coast", "Sea"),
            &["[[publisher]] `Coast Wire`", "[[publisher]] `Sea Wire`"],
        );
        case(&DESK.replace("harbour.ndjson", "b.ndjson"), &["[[sink.file]] `archive`"]);
        case(
            &DESK.replace("\"archive\"", "\"files\""),
            &["[[sink.file]] `archive`", "[[sink.file]] `files`"],
        );
        case(&DESK.replace("[\"harbour\"]", "[\"harbour\", \"unrouted\"]"), &[]);
        case(&DESK.replace("[serve]", "[serve]\nlifecycle = true"), &[]);
        let ruled = "[[rule]]\nquery = \"ferry\"\nchannels = [\"b\"]\n[[channel]]\nname = \"b\"\n";
        case(&format!("{DESK}{ruled}"), &[]);
    }
}
