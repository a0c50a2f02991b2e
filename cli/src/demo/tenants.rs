//! Whose packets are they, once a capture's hosts are a tenant's machines?
//!
//! The n-th address that a capture shows becomes the n-th ENI of a VPC, alternately on one card
//! and on the other, and each capture begins one ENI further on. All tenants get the same
//! captures.

use super::{
    captures,
    readdress::{is_a_hosts, readdress},
};
use crate::error::Error;
use control::Vpcs;
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use std::{collections::HashMap, net::IpAddr};

/// A packet that a machine sends.
#[derive(Clone, Debug)]
pub struct Packet {
    /// Index of its VPC.
    pub vpc: usize,
    /// Index of the ENI that sends it.
    pub eni: usize,
    /// As it leaves the machine, with the tags of the ENI's place.
    pub frame: Vec<u8>,
    /// The IP packet in it, without padding; none of ARP.
    pub ip: Option<Vec<u8>>,
}

/// One end of a conversation. A capture of a machine that talks to itself has two ends at one
/// address: the higher port's end is the other machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct End {
    address: IpAddr,
    other: bool,
}

/// Everything that the tenants' machines send, capture by capture, tenants in turn.
pub fn traffic(vpcs: &Vpcs) -> Result<Vec<Packet>, Error> {
    let mut traffic = Vec::new();
    for (shift, (_, packets)) in captures::all()?.into_iter().enumerate() {
        let mut casts: Vec<Cast> =
            (0..vpcs.vpcs.len()).map(|vpc| Cast::new(vpcs, vpc, shift)).collect();
        for captured in packets {
            traffic.extend(casts.iter_mut().map(|cast| cast.play(&captured.bytes)));
        }
    }
    Ok(traffic)
}

/// Who plays whom, of one capture in one VPC.
struct Cast<'a> {
    vpcs: &'a Vpcs,
    vpc: usize,
    shift: usize,
    /// Indices of the VPC's ENIs, cards in turn.
    enis: Vec<usize>,
    ends: HashMap<End, usize>,
    macs: HashMap<[u8; 6], usize>,
}

impl<'a> Cast<'a> {
    fn new(vpcs: &'a Vpcs, vpc: usize, shift: usize) -> Self {
        let of = |card: usize| {
            let here = move |e: &usize| {
                let eni = &vpcs.enis[*e];
                eni.card == card && vpcs.vpc_of(eni) == vpc
            };
            (0..vpcs.enis.len()).filter(here).collect::<Vec<_>>()
        };
        let mut ranked: Vec<(usize, usize)> =
            (0..vpcs.cards.len()).flat_map(|card| of(card).into_iter().enumerate()).collect();
        ranked.sort_by_key(|(rank, eni)| (*rank, vpcs.enis[*eni].card));
        let enis = ranked.into_iter().map(|(_, eni)| eni).collect();
        Self { vpcs, vpc, shift, enis, ends: HashMap::new(), macs: HashMap::new() }
    }

    /// The ENI that plays an end, and its address; none where no single host is meant.
    fn eni(&mut self, end: End) -> Option<(usize, IpAddr)> {
        if !is_a_hosts(end.address) {
            return None;
        }
        let v4 = end.address.is_ipv4();
        let address =
            |eni: usize| self.vpcs.enis[eni].addresses.iter().copied().find(|a| a.is_ipv4() == v4);
        let fit: Vec<usize> =
            self.enis.iter().copied().filter(|eni| address(*eni).is_some()).collect();
        let number = self.ends.keys().filter(|e| e.address.is_ipv4() == v4).count();
        let next = *fit.get((number + self.shift) % fit.len().max(1))?;
        let eni = *self.ends.entry(end).or_insert(next);
        Some((eni, address(eni)?))
    }

    /// The captured frame as a machine of this VPC sends it.
    fn play(&mut self, captured: &[u8]) -> Packet {
        let (mut dst_mac, mut src_mac) = ([0; 6], [0; 6]);
        dst_mac.copy_from_slice(&captured[..6]);
        src_mac.copy_from_slice(&captured[6..12]);
        let mut tail = captured[12..].to_vec();
        let (ends, length) = ends(captured);
        let played = ends.map(|[src, dst]| (self.eni(src), self.eni(dst), [src, dst]));
        let (src, dst) = played.map_or((None, None), |(src, dst, _)| (src, dst));
        let unknown = self.enis[self.shift % self.enis.len()];
        let known = self.macs.get(&src_mac).copied();
        let eni = src.map(|(eni, _)| eni).or(known).unwrap_or(unknown);
        self.macs.entry(src_mac).or_insert(eni);
        if let Some((src, dst, [old_src, old_dst])) = played {
            let address = |new: Option<(usize, IpAddr)>, old: End| new.map_or(old.address, |n| n.1);
            let (src, dst) = (address(src, old_src), address(dst, old_dst));
            match length {
                Some(length) => readdress(&mut tail[2..2 + length], src, dst),
                None => self.arp(&mut tail[2..], eni, src, dst),
            }
        }
        let ip = length.map(|length| tail[2..2 + length].to_vec());
        let frame = self.frame(eni, dst.map(|(eni, _)| eni), dst_mac, &tail);
        Packet { vpc: self.vpc, eni, frame, ip }
    }

    /// ARP names its sender's MAC and both addresses (RFC 826).
    fn arp(&self, arp: &mut [u8], eni: usize, src: IpAddr, dst: IpAddr) {
        if let (IpAddr::V4(src), IpAddr::V4(dst)) = (src, dst) {
            arp[8..14].copy_from_slice(&self.vpcs.enis[eni].mac.into_array());
            arp[14..18].copy_from_slice(&src.octets());
            arp[24..28].copy_from_slice(&dst.octets());
        }
    }

    /// As `eni` sends it: to a neighbor of its subnet, to the router, or to a group as before.
    fn frame(&self, eni: usize, to: Option<usize>, group: [u8; 6], tail: &[u8]) -> Vec<u8> {
        let sender = &self.vpcs.enis[eni];
        let neighbor = to.map(|to| &self.vpcs.enis[to]).filter(|to| to.subnet == sender.subnet);
        let dst_mac = match neighbor {
            _ if group[0] & 1 == 1 => group,
            Some(neighbor) => neighbor.mac.into_array(),
            None => self.vpcs.router_mac.into_array(),
        };
        let mut frame = [dst_mac, sender.mac.into_array()].concat();
        for (i, vid) in sender.vlan.iter().enumerate() {
            let outer_of_two = i + 1 < sender.vlan.len();
            frame.extend(if outer_of_two { [0x88, 0xa8] } else { [0x81, 0x00] });
            frame.extend(vid.to_be_bytes());
        }
        frame.extend(tail);
        frame
    }
}

/// The two ends of a captured frame, and how long its IP packet is; none of ARP.
fn ends(captured: &[u8]) -> (Option<[End; 2]>, Option<usize>) {
    let Ok(sliced) = SlicedPacket::from_ethernet(captured) else { return (None, None) };
    let end = |address: IpAddr| End { address, other: false };
    let mut ends: Option<[IpAddr; 2]> = None;
    let mut length = None;
    match &sliced.net {
        Some(NetSlice::Ipv4(ip)) => {
            let header = ip.header();
            ends = Some([header.source_addr().into(), header.destination_addr().into()]);
            length = Some(usize::from(header.total_len()));
        }
        Some(NetSlice::Ipv6(ip)) => {
            let header = ip.header();
            ends = Some([header.source_addr().into(), header.destination_addr().into()]);
            length = Some(40 + usize::from(header.payload_length()));
        }
        Some(NetSlice::Arp(arp)) => {
            let v4 = |bytes: &[u8]| <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from);
            ends = v4(arp.sender_protocol_addr())
                .zip(v4(arp.target_protocol_addr()))
                .map(|(sender, target)| [sender, target]);
        }
        None => {}
    }
    let Some([src, dst]) = ends else { return (None, length) };
    let [mut src, mut dst] = [end(src), end(dst)];
    if src == dst
        && let Some(TransportSlice::Udp(udp)) = &sliced.transport
    {
        src.other = udp.source_port() > udp.destination_port();
        dst.other = !src.other;
    }
    (Some([src, dst]), length)
}
