//! What a world's people ask of the host's CPU, and what that puts in.

use super::{Person, ROUTER_MAC, World, frames::tags, mapped};
use driver::Inject;
use etherparse::PacketBuilder;
use hdl::{
    class::IpKey,
    eni::AttachKey,
    mapping::MappingAction,
    profile::{CPU_PORT, PORTS},
};
use rand::{RngExt, seq::IndexedRandom};
use std::net::Ipv6Addr;

/// Addresses of services, the same in every VPC; behind the last ones is nobody.
pub(super) const SERVICES_V4: [u32; 2] = [0xa9fe_a9fd, 0xa9fe_a9fe];
pub(super) const SERVICES_V6: [u128; 2] =
    [(0xfd00_0ec2u128 << 96) | 0x253, (0xfd00_0ec2u128 << 96) | 0x254];
pub(super) const LINK_LOCAL: u128 = 0xfe80 << 112;

impl World {
    /// A VPC's services.
    pub(super) fn services(&mut self, vpc: u8) {
        for ip in [mapped(SERVICES_V4[0]), SERVICES_V6[0]] {
            let service = self.random.random_range(1..16);
            let action =
                MappingAction { mac: ROUTER_MAC, local: true, service, ..MappingAction::default() };
            self.image.mappings.insert(IpKey { vpc, ip }, action);
        }
    }

    /// DHCP or a router solicitation, mostly under an address that will do.
    pub(super) fn call(&mut self, from: &Person, to: &Person, place: &AttachKey) -> Vec<u8> {
        match self.random.random_range(0..3) {
            0 => self.dhcp_v4(from, to, place),
            1 => self.dhcp_v6(from, to, place),
            _ => self.router_solicitation(from, to, place),
        }
    }

    fn source_v6(&mut self, from: &Person, to: &Person) -> u128 {
        let own = LINK_LOCAL | u128::from(from.mac);
        let odd = LINK_LOCAL ^ 1 << self.random.random_range(112..128);
        [own, own, own, 0, from.v6, to.v6, odd].choose(&mut self.random).copied().unwrap_or(own)
    }

    fn dhcp_v4(&mut self, from: &Person, to: &Person, place: &AttachKey) -> Vec<u8> {
        let source = [0, 0, 0, from.v4, to.v4].choose(&mut self.random).copied().unwrap_or(0);
        let port = if self.random.random_ratio(7, 8) { 67 } else { 66 };
        let mac = |value: u64| value.to_be_bytes()[2..].try_into().unwrap_or([0; 6]);
        let mut frame = Vec::new();
        let built = PacketBuilder::ethernet2(mac(from.mac), [0xff; 6])
            .ipv4(source.to_be_bytes(), [255; 4], 64)
            .udp(68, port)
            .write(&mut frame, &[1; 240]);
        finish(built.is_ok(), frame, place)
    }

    fn dhcp_v6(&mut self, from: &Person, to: &Person, place: &AttachKey) -> Vec<u8> {
        let source = self.source_v6(from, to);
        let port = if self.random.random_ratio(7, 8) { 547 } else { 67 };
        let mac = |value: u64| value.to_be_bytes()[2..].try_into().unwrap_or([0; 6]);
        let agents = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 2).to_bits();
        let mut frame = Vec::new();
        let built = PacketBuilder::ethernet2(mac(from.mac), mac(0x3333_0001_0002))
            .ipv6(source.to_be_bytes(), agents.to_be_bytes(), 1)
            .udp(546, port)
            .write(&mut frame, &[1; 40]);
        finish(built.is_ok(), frame, place)
    }

    fn router_solicitation(&mut self, from: &Person, to: &Person, place: &AttachKey) -> Vec<u8> {
        let source = self.source_v6(from, to);
        let mut one_in = |n| self.random.random_ratio(1, n);
        let (hop_limit, code) = (if one_in(10) { 64 } else { 255 }, u8::from(one_in(10)));
        let mut message = vec![133, code, 0, 0, 0, 0, 0, 0];
        if !one_in(3) {
            let units = u8::from(!one_in(8));
            message.extend([&[1, units][..], &from.mac.to_be_bytes()[2..]].concat());
        }
        if one_in(8) {
            message.truncate(message.len() - 3);
        }
        let routers = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2).to_bits();
        let bytes = |mac: u64| mac.to_be_bytes()[2..].to_vec();
        let mut frame = [bytes(0x3333_0000_0002), bytes(from.mac), tags(place)].concat();
        frame.extend([0x86, 0xdd, 0x60, 0, 0, 0, 0, message.len() as u8, 58, hop_limit]);
        frame.extend([&source.to_be_bytes()[..], &routers.to_be_bytes(), &message].concat());
        frame
    }

    /// A frame as it comes in, now and then from the host's CPU.
    pub fn arrival(&mut self, width_bits: usize) -> (usize, Vec<u8>) {
        let (port, mut frame) = self.frame();
        let as_port = if self.random.random_ratio(9, 10) {
            port
        } else {
            self.random.random_range(0..2 * PORTS)
        };
        let inject = match self.random.random_range(0..32) {
            0..3 => Inject::As(as_port as u8),
            3..5 => Inject::Out(as_port as u8),
            _ => return (port, frame),
        };
        if self.random.random_ratio(1, 12) {
            // The card need not understand what it sends on.
            frame.truncate(self.random.random_range(0..20).min(frame.len()));
        }
        let mut frame = inject.frame(width_bits, &frame);
        if self.random.random_ratio(1, 16) {
            frame[0] ^= 3;
        }
        (CPU_PORT, frame)
    }
}

fn finish(built: bool, mut frame: Vec<u8>, place: &AttachKey) -> Vec<u8> {
    if !built {
        frame.resize(60, 0);
    }
    frame.splice(12..12, tags(place));
    frame
}
