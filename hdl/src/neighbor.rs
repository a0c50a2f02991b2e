//! Which MAC has that address?
//!
//! ```text
//!   ARP request of an ENI --> the mapping that was found --> in its subnet? --> ARP reply
//! ```
//! The card answers for everybody in the sender's subnet, from the mappings, and for the subnet's
//! router. No request goes further than this. What an ENI may ask in whose name is `spoof`'s
//! affair; network ACLs, security groups and routes have no say.
//!
//! The sender's own address is not answered, so that it finds nobody who has it already (duplicate
//! address detection, RFC 5227 section 2.1).

use crate::{
    deliver::Access,
    encap::{self, Rewrite},
    eni::AttachAction,
    mapping::MappingAction,
    meta::DropReason,
    parser::Headers,
};

// ---- layout -----------------------------------------------------------------------------

layout::layout! {
    /// A reply from its type field on, the last byte on the wire lowest (RFC 826).
    pub struct ArpReply {
        /// Target protocol address: who asked.
        target_ip: u32 => 32,
        /// Target hardware address.
        target_mac: u64 => 48,
        /// Sender protocol address: who was asked for.
        sender_ip: u32 => 32,
        /// Sender hardware address: the answer.
        sender_mac: u64 => 48,
        /// Operation.
        operation: u16 => 16,
        /// Lengths of a MAC and of an IPv4 address.
        lengths: u16 => 16,
        /// Protocol type.
        protocol: u16 => 16,
        /// Hardware type.
        hardware: u16 => 16,
        /// Ethernet type.
        ethertype: u16 => 16,
    }
}

impl ArpReply {
    /// What all replies have in common: Ethernet, IPv4, operation 2.
    pub const FIXED: Self = Self {
        target_ip: 0,
        target_mac: 0,
        sender_ip: 0,
        sender_mac: 0,
        operation: 2,
        lengths: 0x0604,
        protocol: 0x0800,
        hardware: 1,
        ethertype: 0x0806,
    };
}

/// Bytes of ARP for Ethernet and IPv4 behind the type field.
pub const ARP_BYTES: usize = 28;
/// Bytes of the request that stay behind the reply, as padding: the frame path keeps some of each
/// frame.
pub const LEFT_BYTES: usize = 2;

// ---- reference --------------------------------------------------------------------------

/// Is there an answer to an ENI's request?
pub fn answered(eni: &AttachAction, found: Option<MappingAction>, h: &Headers) -> DropReason {
    match found {
        Some(m) if m.subnet == eni.subnet && m.mac != h.src_mac => DropReason::None,
        _ => DropReason::ArpNoMapping,
    }
}

/// The answer, back to the ENI that asked.
pub fn reply(eni: &Access, m: &MappingAction, h: &Headers) -> Rewrite {
    let back = encap::to_eni(eni, &Headers { src_mac: m.mac, ..*h });
    let [asked, asker] = [h.dst_ip, h.src_ip].map(|ip| (ip as u32).to_be_bytes());
    let mut header = back.header;
    header.extend([8, 6, 0, 1, 8, 0, 6, 4, 0, 2]);
    header.extend([&encap::mac(m.mac)[..], &asked, &encap::mac(eni.mac), &asker].concat());
    let end = usize::from(h.l3_offset) + ARP_BYTES;
    Rewrite { header, from: end - LEFT_BYTES, end }
}

// ---- kernel -----------------------------------------------------------------------------

/// [`reply`] as hardware; [`answered`] is judged where the mapping is.
#[cfg(feature = "gateware")]
pub mod gateware {
    use super::bits::ArpReply;
    use rust_hdl::prelude::*;

    const BITS: usize = 240;

    /// The reply behind the header of its ENI; wires.
    #[derive(LogicBlock)]
    pub struct Reply {
        /// MACs and two tags of a frame to the ENI, the first byte highest.
        pub begins: Signal<In, Bits<512>>,
        /// How many of these tags count.
        pub tags: Signal<In, Bits<2>>,
        /// Who asked.
        pub asker_mac: Signal<In, Bits<48>>,
        /// In whose name.
        pub asker_ip: Signal<In, Bits<32>>,
        /// The answer,
        pub mac: Signal<In, Bits<48>>,
        /// and to what.
        pub ip: Signal<In, Bits<32>>,
        /// All of it.
        pub header: Signal<Out, Bits<512>>,
        fixed: Constant<ArpReply>,
        body: Signal<Local, ArpReply>,
        bits: Signal<Local, Bits<512>>,
    }

    impl Default for Reply {
        fn default() -> Self {
            Self {
                begins: Signal::default(),
                tags: Signal::default(),
                asker_mac: Signal::default(),
                asker_ip: Signal::default(),
                mac: Signal::default(),
                ip: Signal::default(),
                header: Signal::default(),
                fixed: Constant::new(super::ArpReply::FIXED.into()),
                body: Signal::default(),
                bits: Signal::default(),
            }
        }
    }

    impl Logic for Reply {
        #[hdl_gen]
        fn update(&mut self) {
            self.body.next = self.fixed.val();
            self.body.next.target_ip = self.asker_ip.val();
            self.body.next.target_mac = self.asker_mac.val();
            self.body.next.sender_ip = self.ip.val();
            self.body.next.sender_mac = self.mac.val();
            self.bits.next = bit_cast::<512, BITS>(bit_cast::<BITS, BITS>(self.body.val().into()));
            self.header.next = ((self.begins.val() >> 416) << 416) | (self.bits.val() << 176);
            if self.tags.val() == 1 {
                self.header.next = ((self.begins.val() >> 384) << 384) | (self.bits.val() << 144);
            }
            if self.tags.val() == 2 {
                self.header.next = self.begins.val() | (self.bits.val() << 112);
            }
        }
    }
}
