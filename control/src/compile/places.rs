//! Who hangs where, and who lives on which card?

use super::{
    edge,
    numbers::{Hop, Numbers},
    rules::Rules,
};
use crate::{
    address,
    vpcs::{Eni, Limit, Limits},
};
use hdl::{
    appliance::{ApplianceAction, ApplianceKey},
    class::IpKey,
    decap::Identity,
    deliver::{Access, EniEntry},
    eni::{AttachAction, AttachKey},
    mapping::{MappingAction, next_hop},
    meter::{Meters, Rate, Span},
    spoof::AddressAction,
};
use macaddr::MacAddr6;
use std::{collections::HashMap, net::IpAddr};

/// As the card writes it.
pub fn mac(mac: MacAddr6) -> u64 {
    mac.into_array().iter().fold(0, |all, byte| all << 8 | u64::from(*byte))
}

/// Who the card is.
pub fn identity(numbers: &Numbers) -> Identity {
    let card = numbers.own();
    Identity {
        vtep: card.underlay_ip.to_bits(),
        mac: mac(card.underlay_mac),
        gateway_mac: mac(card.gateway_mac),
        router_mac: mac(numbers.file.router_mac),
    }
}

/// The places of the card's ENIs and of the routers beyond it, and the VNIs of its VPCs.
pub fn attachments(numbers: &Numbers) -> HashMap<AttachKey, AttachAction> {
    let places = numbers.own_enis().map(|(number, eni)| {
        let action = AttachAction {
            vpc: numbers.vpc(numbers.file.vpc_of(eni)),
            eni: number,
            subnet: numbers.subnet(eni.subnet),
            policy: numbers.policy(eni),
            route_table: numbers.table(eni),
            mac: mac(eni.mac),
            up: eni.up,
            check: eni.source_dest_check,
            asks: numbers.file.vpcs[numbers.file.vpc_of(eni)].asks_for_mappings,
        };
        (AttachKey::place(eni.port, &eni.vlan), action)
    });
    let tunnels = numbers.vpcs.iter().map(|index| {
        let vpc = numbers.vpc(*index);
        let key = AttachKey::tunnel(numbers.file.vpcs[*index].vni);
        (key, AttachAction { vpc, route_table: vpc, ..AttachAction::default() })
    });
    places.chain(tunnels).chain(edge::attachments(numbers)).collect()
}

/// The keys of an ENI's addresses.
fn keys(numbers: &Numbers, eni: &Eni) -> impl Iterator<Item = IpKey> {
    let vpc = numbers.vpc(numbers.file.vpc_of(eni));
    eni.addresses.iter().map(move |a| IpKey { ip: address::bits(*a), vpc })
}

/// The addresses of the card's ENIs.
pub fn addresses(numbers: &Numbers) -> HashMap<IpKey, AddressAction> {
    let mut entries = HashMap::new();
    for (number, eni) in numbers.own_enis() {
        let action = owner(numbers, number, eni);
        entries.extend(keys(numbers, eni).map(|key| (key, action)));
    }
    entries
}

/// An ENI of the card as somebody's owner.
fn owner(numbers: &Numbers, number: u16, eni: &Eni) -> AddressAction {
    let (subnet, policy) = (numbers.subnet(eni.subnet), numbers.policy(eni));
    AddressAction { eni: number, subnet, policy }
}

/// The ENIs without source/destination check, the other cards on which they live, and the routers
/// beyond this one.
pub fn appliances(numbers: &Numbers) -> HashMap<ApplianceKey, ApplianceAction> {
    let mut entries = HashMap::new();
    for index in numbers.appliances() {
        let eni = &numbers.file.enis[index];
        let vpc = numbers.vpc(numbers.file.vpc_of(eni));
        let hop = numbers.hop(&Hop::Eni(index));
        let mut action = ApplianceAction { hop, ..ApplianceAction::default() };
        match numbers.eni(index) {
            0 => {
                let vtep = numbers.file.cards[eni.card].underlay_ip.to_bits();
                entries.insert(ApplianceKey::card(vpc, vtep), ApplianceAction::default());
            }
            number => action.owner = owner(numbers, number, eni),
        }
        entries.insert(ApplianceKey::mac(vpc, mac(eni.mac)), action);
    }
    entries.extend(edge::appliances(numbers));
    entries
}

/// Everybody in the VPCs that the card knows, wherever they live, the routers of its own ones'
/// subnets, their services, and the gateways.
pub fn mappings(numbers: &Numbers) -> HashMap<IpKey, MappingAction> {
    let file = numbers.file;
    let mut entries = HashMap::new();
    let known = |vpc: usize| numbers.vpc(vpc) != 0;
    for eni in file.enis.iter().filter(|e| known(file.vpc_of(e))) {
        let action = mapping_of(numbers, eni);
        entries.extend(keys(numbers, eni).map(|key| (key, action)));
    }
    for mapping in file.mappings.iter().filter(|m| known(m.vpc)) {
        let subnet = file.subnet_at(mapping.vpc, mapping.address);
        let action = MappingAction {
            vtep: mapping.underlay_ip.to_bits(),
            vni: file.vpcs[mapping.vpc].vni,
            mac: mac(mapping.mac),
            subnet: subnet.map_or(0, |s| numbers.subnet(s)),
            mtu: file.vpc_mtu(),
            ..MappingAction::default()
        };
        let key = IpKey { ip: address::bits(mapping.address), vpc: numbers.vpc(mapping.vpc) };
        entries.insert(key, action);
    }
    entries.extend(routers(numbers));
    entries.extend(services(numbers));
    entries.extend(next_hops(numbers));
    edge::translate(numbers, &mut entries);
    entries
}

/// Where an ENI lives.
pub fn mapping_of(numbers: &Numbers, eni: &Eni) -> MappingAction {
    let file = numbers.file;
    MappingAction {
        vtep: file.cards[eni.card].underlay_ip.to_bits(),
        vni: file.vpcs[file.vpc_of(eni)].vni,
        mac: mac(eni.mac),
        subnet: numbers.subnet(eni.subnet),
        local: eni.card == numbers.card,
        mtu: file.vpc_mtu(),
        ..MappingAction::default()
    }
}

/// Each next hop for what goes there, and for what comes from each gateway that it stands for.
fn next_hops(numbers: &Numbers) -> Vec<(IpKey, MappingAction)> {
    let file = numbers.file;
    let mut entries = Vec::new();
    for (hop, number) in numbers.hops.iter().zip(1..) {
        let set = match hop {
            Hop::Gateways(set) => set,
            Hop::Eni(eni) => {
                entries.push((next_hop(number, 0), mapping_of(numbers, &file.enis[*eni])));
                continue;
            }
        };
        for gateway in set.iter().map(|g| &file.gateways[*g]) {
            let action = MappingAction {
                vtep: file.vtep_of(gateway).to_bits(),
                vni: file.vpcs[gateway.vpc].vni,
                mac: mac(gateway.mac),
                local: gateway.uplink().is_some_and(|u| u.card == numbers.card),
                mtu: gateway.kind.mtu().min(file.vpc_mtu()),
                ..MappingAction::default()
            };
            entries.push((next_hop(number, action.vtep), action));
            if set.len() == 1 {
                entries.push((next_hop(number, 0), action));
            }
        }
    }
    entries
}

/// The routers of the subnets. An address of theirs is nobody else's: the checks reserve it.
fn routers(numbers: &Numbers) -> impl Iterator<Item = (IpKey, MappingAction)> {
    let router_mac = mac(numbers.file.router_mac);
    numbers.subnets.iter().flat_map(move |index| {
        let subnet = &numbers.file.subnets[*index];
        let vpc = numbers.vpc(subnet.vpc);
        let action = MappingAction {
            mac: router_mac,
            subnet: numbers.subnet(*index),
            local: true,
            router: true,
            ..MappingAction::default()
        };
        let key = move |router: IpAddr| IpKey { ip: address::bits(router), vpc };
        subnet.routers().map(move |router| (key(router), action))
    })
}

/// The services of the card's own VPCs: everybody there finds them at the router.
fn services(numbers: &Numbers) -> impl Iterator<Item = (IpKey, MappingAction)> {
    let file = numbers.file;
    numbers.vpcs.iter().flat_map(move |&vpc| {
        file.service_addresses(vpc).map(move |(ip, service)| {
            let subnet = file.subnet_at(vpc, ip);
            let action = MappingAction {
                mac: mac(file.router_mac),
                subnet: subnet.map_or(0, |s| numbers.subnet(s)),
                local: true,
                service: service.number,
                ..MappingAction::default()
            };
            (IpKey { ip: address::bits(ip), vpc: numbers.vpc(vpc) }, action)
        })
    })
}

/// How the card's ENIs are reached, and the routers beyond it, and what is said of their packets by
/// default; row 0 is nobody.
/// `rules` has the default actions; the card's clock has so many Hz.
pub fn enis(numbers: &Numbers, rules: &Rules, clock_hz: f64) -> Vec<EniEntry> {
    let entry = |eni: &Eni| {
        let [default_outbound, default_inbound] = rules.defaults(numbers.policy(eni));
        let mut vids = [0; 2];
        vids[..eni.vlan.len()].copy_from_slice(&eni.vlan);
        let tags = eni.vlan.len() as u8;
        let access =
            Access { mac: mac(eni.mac), vids, tags, port: eni.port, up: eni.up, outside: false };
        let meters = meters(&eni.limits, clock_hz);
        EniEntry { access, idle: eni.idle, default_outbound, default_inbound, meters }
    };
    let nobody = EniEntry::default();
    let own = numbers.own_enis().map(|(_, eni)| entry(eni));
    std::iter::once(nobody).chain(own).chain(edge::enis(numbers, clock_hz)).collect()
}

/// Times of the card's clock for an ENI's limits.
pub fn meters(limits: &Limits, clock_hz: f64) -> Meters {
    let burst = limits.burst_ms as f64 / 1000.0;
    let per_second = |limit: Option<u64>| limit.map_or(f64::INFINITY, |limit| limit as f64);
    let fits = |span: Option<Span>| span.expect("a checked limit fits");
    let rate = |limit: &Limit| Rate {
        packet: fits(Span::of_packet(per_second(limit.packets), clock_hz)),
        byte: fits(Span::of_byte(per_second(limit.bytes), clock_hz)),
    };
    Meters {
        outbound: rate(&limits.outbound),
        inbound: rate(&limits.inbound),
        punt: fits(Span::of_packet(limits.punts as f64, clock_hz)),
        burst: fits(Span::of_burst(burst, clock_hz)),
    }
}
