//! Why did that happen to this packet? What each stage asked, what it was told.
//!
//! One record per packet, made by the gateware and by the reference alike and compared field by
//! field. A lookup that a packet has no use for still shows what it answered: the hardware asks
//! anyway.

use crate::{
    class::{AddressLabel, PortLabel},
    eni::AttachAction,
    mapping::MappingAction,
    meta::Verdict,
    nacl::{RuleAction, RuleKey},
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
    /// The record of one packet.
    pub struct Trace {
        /// Port it came in at.
        port: u8 => 3,
        /// Parity of the generation it was judged by.
        generation: bool,
        /// Was the frame well-formed? If not, nothing below but the verdict means anything.
        well_formed: bool,
        /// What the attachments answered.
        attached: Answer,
        /// Who sent it, or whose tunnel it came through.
        eni: AttachAction,
        /// What the addresses answered.
        addressed: Answer,
        /// Whose address it is: the source of a host's packet, the destination of a tunnel's.
        owner: AddressAction,
        /// Class of the source address.
        src: AddressLabel,
        /// Which interval that was.
        src_interval: u16 => 12,
        /// Class of protocol and port.
        port_class: PortLabel,
        /// Which interval that was.
        port_interval: u16 => 12,
        /// What the route table says of the destination, and its class.
        route: RouteLabel,
        /// Which interval that was.
        route_interval: u16 => 12,
        /// What the outbound rules were asked.
        outbound_key: RuleKey,
        /// What they answered.
        outbound: Answer,
        /// The rule.
        outbound_rule: RuleAction,
        /// What the mappings answered.
        mapped: Answer,
        /// Where the address lives: the destination of a host's packet, the source of a tunnel's.
        mapping: MappingAction,
        /// What the inbound rules were asked.
        inbound_key: RuleKey,
        /// What they answered.
        inbound: Answer,
        /// The rule.
        inbound_rule: RuleAction,
        /// What became of it.
        verdict: Verdict,
    }
}
