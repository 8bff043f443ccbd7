//! Prepare as a stage: items, and what passes beside them.

use jiff::Timestamp;

use super::{Prepare, Prepared};
use crate::feedback::{Aside, Ask, Incoming};
use crate::poison::panic_if_asked;
use crate::stage::Stage;

impl Stage for Prepare {
    type In = Incoming;
    type Out = Result<Prepared, Aside>;

    fn push(&mut self, input: Incoming, _now: Timestamp, out: &mut Vec<Self::Out>) {
        out.push(match input {
            Incoming::Arrival(arrival) => {
                if let Ok(item) = &arrival.record {
                    panic_if_asked("prepare", item.headline.as_bytes());
                }
                self.prepare(arrival).map_err(Aside::from)
            }
            Incoming::Feedback(mut request) => {
                if let Ask::Split { item, .. } = &request.ask {
                    request.prepared = self.prepare((**item).clone()).ok().map(Box::new);
                }
                Err(Aside::Feedback(request))
            }
        });
    }
}
