//! What a control plane changes beside rules and routes: ENIs move, and so do their mappings.

use super::{PEERS, Person, VTEP, World, mapped, other};
use hdl::{class::IpKey, eni::AttachKey, mapping::MappingAction, profile::HOST_PORTS};
use rand::{RngExt, seq::IndexedRandom};

impl World {
    /// Some ENIs of this card go to another place on it, or down or up; some of those elsewhere
    /// go to another card, or are forgotten or known again.
    pub(super) fn moves(&mut self) {
        for number in 0..self.people.len() {
            if self.random.random_ratio(1, 6) {
                let person = self.people[number].clone();
                let moved = match person.place {
                    Some(place) => self.change_place(person, place),
                    None => self.change_card(person),
                };
                self.people[number] = moved;
            }
        }
    }

    fn change_place(&mut self, person: Person, from: AttachKey) -> Person {
        let vids: Vec<u16> =
            (0..self.random.random_range(0..=2)).map(|_| self.random.random_range(1..40)).collect();
        let to = AttachKey::place(self.random.random_range(0..HOST_PORTS as u8), &vids);
        let attachments = &mut self.image.attachments;
        let free = to == from || !attachments.contains_key(&to);
        let Some(mut action) = attachments.remove(&from).filter(|_| free) else { return person };
        action.up = self.random.random_ratio(9, 10);
        attachments.insert(to, action);
        let access = &mut self.image.enis[usize::from(action.eni)].access;
        (access.up, access.port, access.vids, access.tags) = (action.up, to.port, to.vids, to.tags);
        Person { place: Some(to), ..person }
    }

    fn change_card(&mut self, person: Person) -> Person {
        let peer = PEERS.choose(&mut self.random).copied().unwrap_or(VTEP);
        let (vni, mac, subnet) = (person.vni, person.mac, person.subnet);
        let nat_ip = other(&mut self.random, person.v4);
        let mapping =
            MappingAction { vtep: peer, vni, mac, subnet, nat_ip, ..MappingAction::default() };
        for ip in [mapped(person.v4), person.v6] {
            let key = IpKey { vpc: person.vpc, ip };
            if self.random.random_ratio(1, 8) {
                self.image.mappings.remove(&key);
            } else {
                self.image.mappings.insert(key, mapping);
            }
        }
        Person { peer, ..person }
    }
}
