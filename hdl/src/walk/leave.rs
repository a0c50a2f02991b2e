//! What does the frame look like when it leaves?

use super::Pass;
use crate::{
    encap::{self, Rewrite},
    explain::Trace,
    meta::PuntReason,
    mtu, nat, neighbor, punt,
};

impl Pass<'_> {
    /// The frame as it leaves.
    pub(super) fn leave(&self, t: &Trace, frame: &[u8]) -> Vec<u8> {
        if t.verdict.punt != PuntReason::None {
            let header = punt::header(t);
            [&punt::bytes(&header)[..], &frame[..usize::from(self.headers.end)]].concat()
        } else if self.entered.source.direct {
            frame.to_vec()
        } else {
            self.written(t, frame)
        }
    }

    fn written(&self, t: &Trace, frame: &[u8]) -> Vec<u8> {
        let (h, rewrite) = (&self.headers, self.rewrite(t));
        let mut frame = rewrite.apply(frame);
        if nat::translates(t.outside, h) && !t.verdict.reply {
            let l3 = rewrite.header.len() + usize::from(h.l3_offset) - rewrite.from;
            nat::translate(&mut frame[l3..], t.mapping.nat_ip, self.inbound(), h);
        }
        frame
    }

    fn rewrite(&self, t: &Trace) -> Rewrite {
        let h = &self.headers;
        if self.inbound() {
            encap::to_eni(&self.receiver(t), h)
        } else if h.neighbor {
            neighbor::reply(&self.sender(t), &t.mapping, h)
        } else if t.verdict.reply {
            mtu::reply(&self.sender(t), self.path(t), h)
        } else {
            encap::into_tunnel(&self.tables.identity, &t.mapping, h)
        }
    }
}
