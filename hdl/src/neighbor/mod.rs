//! Which MAC has that address?
//!
//! ```text
//!   ARP request,              the mapping        in its      ARP reply,
//!   neighbor solicitation --> that was found --> subnet? --> neighbor advertisement
//! ```
//! The card answers for everybody in the sender's subnet, from the mappings, and for the subnet's
//! router. No question goes further than this. What an ENI may ask in whose name is `spoof`'s
//! affair; network ACLs, security groups and routes have no say.
//!
//! The sender's own address is not answered, so that it finds nobody who has it already (duplicate
//! address detection, RFC 5227 section 2.1, RFC 4862 section 5.4).

use crate::{
    deliver::Access,
    encap::{self, Rewrite},
    eni::AttachAction,
    mapping::MappingAction,
    meta::DropReason,
    parser::{
        Headers, ones_complement_sum,
        wire::{NEIGHBOR_ADVERTISEMENT, PROTOCOL_ICMPV6, TARGET_LINK_LAYER_ADDRESS},
    },
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
    /// A neighbor advertisement from its type field on, likewise (RFC 4861 section 4.4).
    pub struct Advertisement {
        /// The answer.
        mac: u64 => 48,
        /// Length of the option in units of 8 bytes.
        option_length: u8 => 8,
        /// Target link-layer address.
        option: u8 => 8,
        /// Who was asked for.
        target: u128 => 128,
        /// Reserved.
        reserved: u32 => 29,
        /// It takes the place of what was known before.
        overrides: bool,
        /// It answers a solicitation.
        solicited: bool,
        /// Who was asked for is a router.
        router: bool,
        /// ICMPv6 checksum.
        checksum: u16 => 16,
        /// ICMPv6 code.
        code: u8 => 8,
        /// ICMPv6 type.
        kind: u8 => 8,
        /// Destination address: who asked.
        dst_ip: u128 => 128,
        /// Source address: who was asked for.
        src_ip: u128 => 128,
        /// Hop limit.
        hop_limit: u8 => 8,
        /// Next header.
        next_header: u8 => 8,
        /// Payload length.
        payload_length: u16 => 16,
        /// Flow label.
        flow_label: u32 => 20,
        /// Traffic class.
        traffic_class: u8 => 8,
        /// IP version.
        version: u8 => 4,
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

impl Advertisement {
    /// What all advertisements have in common.
    ///
    /// The override flag is set: who answers for somebody else should not (RFC 4861 section 7.2.4),
    /// lest the owner's own answer be lost, but here nobody else answers, and an address that has
    /// moved must be found.
    pub const FIXED: Self = Self {
        mac: 0,
        option_length: 1,
        option: TARGET_LINK_LAYER_ADDRESS,
        target: 0,
        reserved: 0,
        overrides: true,
        solicited: true,
        router: false,
        checksum: 0,
        code: 0,
        kind: NEIGHBOR_ADVERTISEMENT,
        dst_ip: 0,
        src_ip: 0,
        hop_limit: 255,
        next_header: PROTOCOL_ICMPV6,
        payload_length: MESSAGE_BYTES as u16,
        flow_label: 0,
        traffic_class: 0,
        version: 6,
        ethertype: 0x86dd,
    };
}

/// Bytes of ARP for Ethernet and IPv4 behind the type field.
pub const ARP_BYTES: usize = 28;
/// Bytes of an advertisement with its option.
pub const MESSAGE_BYTES: usize = 32;
/// Bytes of the shortest solicitation behind the type field: IPv6, and no option.
pub const SOLICITATION_BYTES: usize = 64;
/// Bytes of the question that stay behind the answer, as padding: the frame path keeps some of each
/// frame.
pub const LEFT_BYTES: usize = 2;

// ---- reference --------------------------------------------------------------------------

/// Is there an answer to an ENI's question?
pub fn answered(eni: &AttachAction, found: Option<MappingAction>, h: &Headers) -> DropReason {
    match found {
        Some(m) if m.is_beside(eni) && m.mac != h.src_mac => DropReason::None,
        _ => DropReason::ArpNoMapping,
    }
}

/// The answer, back to the ENI that asked.
pub fn reply(eni: &Access, m: &MappingAction, h: &Headers) -> Rewrite {
    let back = encap::to_eni(eni, &Headers { src_mac: m.mac, ..*h });
    let (answer, question_bytes) = if h.is_ipv6 {
        (advertisement(m, h), SOLICITATION_BYTES)
    } else {
        (arp(eni, m, h), ARP_BYTES)
    };
    let end = usize::from(h.l3_offset) + question_bytes;
    Rewrite { header: [back.header, answer].concat(), from: end - LEFT_BYTES, end }
}

fn arp(eni: &Access, m: &MappingAction, h: &Headers) -> Vec<u8> {
    let [asked, asker] = [h.dst_ip, h.src_ip].map(|ip| (ip as u32).to_be_bytes());
    let fixed = [8, 6, 0, 1, 8, 0, 6, 4, 0, 2];
    [&fixed[..], &encap::mac(m.mac), &asked, &encap::mac(eni.mac), &asker].concat()
}

fn advertisement(m: &MappingAction, h: &Headers) -> Vec<u8> {
    let [asked, asker] = [h.dst_ip, h.src_ip].map(u128::to_be_bytes);
    let flags = if m.router { 0xe0 } else { 0x60 };
    let mut message = [&[NEIGHBOR_ADVERTISEMENT, 0, 0, 0, flags, 0, 0, 0][..], &asked].concat();
    message.extend([&[TARGET_LINK_LAYER_ADDRESS, 1][..], &encap::mac(m.mac)].concat());
    // RFC 8200 section 8.1: behind addresses, length and protocol.
    let pseudo = [&asked[..], &asker, &[0, 0, 0, 32, 0, 0, 0, PROTOCOL_ICMPV6]].concat();
    let sum = !ones_complement_sum(&[pseudo, message.clone()].concat());
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    let header = [0x86, 0xdd, 0x60, 0, 0, 0, 0, 32, PROTOCOL_ICMPV6, 255];
    [&header[..], &asked, &asker, &message].concat()
}

// ---- kernel -----------------------------------------------------------------------------

#[cfg(feature = "gateware")]
#[allow(missing_docs)] // what `LogicStruct` derives has none
pub mod gateware;
