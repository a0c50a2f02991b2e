//! Why did that happen to this packet? What each stage asked, what it was told.
//!
//! One record per pass of a packet (see `walk`), made by the gateware and by the reference alike
//! and compared field by field. A lookup that a packet has no use for still shows what it answered:
//! the hardware asks anyway.

use crate::{
    appliance::{self, ApplianceAction},
    class::PortLabel,
    connection::Tracked,
    decap::Identity,
    eni::AttachAction,
    mapping::{By, MappingAction},
    meta::Verdict,
    nacl::{RuleAction, RuleKey},
    parser::Headers,
    punt,
    route::RouteLabel,
    spoof::AddressAction,
};

layout::layout! {
    /// What one exact-match lookup answered.
    pub struct Answer {
        /// Was there an entry that lives in the packet's generation?
        hit: bool,
        /// In which slot: {way: 2, index: 16}; 0 on a miss.
        slot: u32 => 18,
    }
    /// The record of one pass.
    pub struct Trace {
        /// Port it came in at, or as if at which the host's CPU put it in.
        port: u8 => 3,
        /// Did the host's CPU put it in?
        injected: bool,
        /// Parity of the generation it was judged by.
        generation: bool,
        /// Does it come from an ENI of this card?
        inside: bool,
        /// Was the frame well-formed? If not, nothing below but the verdict means anything.
        well_formed: bool,
        /// What the attachments answered.
        attached: Answer,
        /// Who sent it, or whose tunnel it came through.
        eni: AttachAction,
        /// What the addresses answered.
        addressed: Answer,
        /// Whose the near address is: the source of what leaves, the destination of what comes.
        owner: AddressAction,
        /// What the appliances answered of the destination MAC.
        beside: Answer,
        /// Who has it.
        appliance: ApplianceAction,
        /// What they answered of the tunnel's sender.
        speaks: Answer,
        /// Class of protocol and port.
        port_class: PortLabel,
        /// Which interval that was.
        port_interval: u16 => 12,
        /// What the route table says of the far address, and its class.
        route: RouteLabel,
        /// Which interval that was.
        route_interval: u16 => 12,
        /// What the rules were asked.
        rule_key: RuleKey,
        /// What they answered.
        ruled: Answer,
        /// The rule.
        rule: RuleAction,
        /// When it was asked for its connection, in ticks.
        tick: u16 => 12,
        /// What the connections answered.
        tracked: Tracked,
        /// When it was metered, in clocks since the reset.
        clock: u32 => 32,
        /// What the mappings answered.
        mapped: Answer,
        /// Where the far address lives: the destination of what leaves, the source of what comes.
        mapping: MappingAction,
        /// Does the ENI that the packet leaves or comes to stand outside?
        outside: bool,
        /// What became of it.
        verdict: Verdict,
    }
}

impl Trace {
    /// Who of this card has the near address.
    pub fn owned(&self) -> Option<AddressAction> {
        self.addressed.hit.then_some(self.owner)
    }

    /// Who of this card receives what comes.
    pub fn received(&self) -> Option<AddressAction> {
        appliance::receiver(self.beside.hit.then_some(self.appliance), self.owned())
    }

    /// The same; ENI 0 if nobody does.
    pub fn receiver(&self) -> AddressAction {
        self.received().unwrap_or_default()
    }

    /// How the packet goes, or came.
    pub fn by(&self, identity: &Identity, inbound: bool, h: &Headers) -> By {
        match identity.routes(h) {
            _ if inbound => By::Route(self.route),
            _ if h.neighbor => By::Address,
            true if punt::fixed(h) => By::Address,
            true => By::Route(self.route),
            false if self.beside.hit => By::Appliance(self.appliance.hop),
            false => By::Address,
        }
    }
}

/// The records of one packet, pass by pass: one, or two of a packet that an ENI of this card sends
/// to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passes {
    /// Its sender's, or that of the receiver of what came out of a tunnel.
    pub first: Trace,
    /// The receiver's, of what turned around inside the card.
    pub second: Option<Trace>,
}

impl Passes {
    /// One after the other.
    pub fn each(&self) -> impl Iterator<Item = Trace> {
        std::iter::once(self.first).chain(self.second)
    }

    /// What became of the packet in the end.
    pub fn verdict(&self) -> Verdict {
        self.second.unwrap_or(self.first).verdict
    }
}

impl From<Trace> for Passes {
    fn from(first: Trace) -> Self {
        Self { first, second: None }
    }
}
