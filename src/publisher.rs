//! Publishers: who stands behind an item, under whatever name it came.

use std::collections::HashMap;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::config::{PublisherConfig, host, normal};
use crate::item::Item;

/// The configured publishers, by every name and address they go by. Clones are cheap.
#[derive(Clone, Debug, Default)]
pub struct Publishers {
    by_name: Arc<HashMap<String, Publisher>>,
}

/// Who stands behind an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    /// Publishers of one family count once.
    pub family: String,
    /// 1 is the most trusted; `None` ranks after all that have one.
    pub rank: Option<u32>,
}

impl Publisher {
    /// A number for the family: the low 32 bits of XXH3-64 of its name, never 0.
    pub fn family_id(&self) -> u32 {
        (xxh3_64(self.family.as_bytes()) as u32).max(1)
    }
}

impl Publishers {
    /// The publishers of a configuration.
    pub fn new(configs: &[PublisherConfig]) -> Publishers {
        let mut by_name = HashMap::new();
        for config in configs {
            let publisher = Publisher { family: config.family.clone(), rank: config.rank };
            let names = config.aliases.iter().chain([&config.name]);
            for name in names {
                by_name.insert(normal(&name.value), publisher.clone());
            }
        }
        Publishers { by_name: Arc::new(by_name) }
    }

    /// The best rank that any of them has.
    pub fn best_rank(&self) -> Option<u32> {
        self.by_name.values().filter_map(|publisher| publisher.rank).min()
    }

    /// The publisher of that name, alias or address. An unknown one is a family of its own.
    pub fn lookup(&self, name: &str) -> Publisher {
        let name = normal(name);
        match self.by_name.get(&name) {
            Some(known) => known.clone(),
            None => Publisher { family: name, rank: None },
        }
    }

    /// Who stands behind an item: its publisher, else a byline or host that is configured, else
    /// the byline or host as it is. `None` when the item names nobody.
    pub fn of(&self, item: &Item) -> Option<Publisher> {
        if let Some(name) = &item.publisher {
            return Some(self.lookup(name));
        }
        let host = item.link.as_deref().and_then(host);
        let names = || [item.byline.as_deref(), host].into_iter().flatten();
        let known = names().find_map(|name| self.by_name.get(&normal(name)).cloned());
        known.or_else(|| names().next().map(|name| self.lookup(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::config::File;
    use std::path::Path;

    fn publishers() -> Publishers {
        let text = "[[publisher]]\nname = \"Fjord Wire\"\nfamily = \"fjord\"\nrank = 1\n\
                    aliases = [\"fjord.example\"]\n";
        let (config, problems) = Config::parse(File::new("t.toml", text), Path::new("."));
        Publishers::new(&config.unwrap_or_else(|| panic!("{problems}")).publishers)
    }

    #[test]
    fn names_aliases_and_hosts_lead_to_one_family() {
        let publishers = publishers();
        for name in ["Fjord Wire", "FJORD  WIRE", "By Fjord Wire", "https://www.fjord.example/a"] {
            let found = publishers.lookup(name);
            assert_eq!((found.family.as_str(), found.rank), ("fjord", Some(1)), "{name}");
        }
        let item = Item { link: Some("https://fjord.example/x".to_owned()), ..Item::default() };
        assert_eq!(publishers.of(&item).map(|found| found.family), Some("fjord".to_owned()));
    }

    #[test]
    fn an_unknown_publisher_is_its_own_family() {
        let found = publishers().lookup("Dune Gazette");
        assert_eq!((found.family.as_str(), found.rank), ("dune gazette", None));
        assert_eq!(publishers().of(&Item::default()), None);
    }
}
