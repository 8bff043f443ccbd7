//! Where each event goes when every channel has a subject or a key of its own.

use crate::channel::Event;

/// An event on one channel.
#[derive(Clone, Debug)]
pub(super) struct Copy<'a> {
    /// The delivery id.
    pub(super) id: String,
    pub(super) channel: &'a str,
    pub(super) event: &'a Event,
}

/// The events in order. A gap is on no channel, so that it comes on each of `channels`.
pub(super) fn copies<'a>(
    events: &'a [Event],
    channels: &'a [String],
) -> impl Iterator<Item = Copy<'a>> {
    events.iter().flat_map(move |event| {
        let own = event.channel().map(|channel| Copy { id: event.id(), channel, event });
        let all = if own.is_some() { &[][..] } else { channels };
        let gap = move |channel: &'a String| Copy {
            id: format!("{}/{channel}", event.id()),
            channel,
            event,
        };
        own.into_iter().chain(all.iter().map(gap))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::{Lost, VERSION};
    use crate::log::{GapCause, Position};

    #[test]
    fn a_gap_comes_on_every_channel_under_an_id_of_its_own() {
        let lost =
            Lost { v: VERSION, from: Position(1), to: Position(3), cause: GapCause::Trimmed };
        let (events, channels) = ([Event::Gap(lost)], ["a".to_owned(), "b".to_owned()]);
        let ids: Vec<_> = copies(&events, &channels).map(|copy| copy.id).collect();
        assert_eq!(ids, ["gap/1-3/a", "gap/1-3/b"]);
    }
}
