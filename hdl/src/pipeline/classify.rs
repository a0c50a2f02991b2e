//! The two searches that start with the ENI: who is the far address to the rules and where does its
//! route lead, which rules name the port?

use crate::{
    class::{
        bits::{IpKey, PortKey, PortLabel},
        gateware::{ADDRESS_LATENCY, PORT_LATENCY, PortClass},
    },
    eni::bits::AttachAction,
    parser::bits::Headers,
    route::gateware::Route,
};
use cells::delay::Delay;
use rust_hdl::prelude::*;

/// What the searches answered: labels as bits, and which intervals they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
pub struct Classes {
    pub port: Bits<8>,
    pub port_interval: Bits<12>,
    pub route: Bits<48>,
    pub route_interval: Bits<12>,
}

/// The searches that start with the ENI and end at [`T_CLASS`].
#[derive(LogicBlock, Default)]
pub struct Classify {
    pub clock: Signal<In, Clock>,
    pub reset: Signal<In, Bit>,
    pub valid: Signal<In, Bit>,
    pub generation: Signal<In, Bit>,
    pub headers: Signal<In, Headers>,
    pub eni: Signal<In, AttachAction>,
    pub far_ip: Signal<In, Bits<128>>,
    /// Port classes, routes.
    pub w_valid: Signal<In, Bits<2>>,
    pub w_bank: Signal<In, Bit>,
    pub w_index: Signal<In, Bits<12>>,
    pub w_data: Signal<In, Bits<512>>,
    pub classes: Signal<Out, Classes>,
    port: PortClass,
    route: Route,
    port_at: Delay<PortLabel, { ADDRESS_LATENCY - PORT_LATENCY }>,
    port_interval: Delay<Bits<12>, { ADDRESS_LATENCY - PORT_LATENCY }>,
    route_key: Signal<Local, IpKey>,
    asked: Signal<Local, PortKey>,
}

impl Classify {
    pub fn new(ports_log2: usize, routes_log2: usize) -> Self {
        Self { port: PortClass::new(ports_log2), route: Route::new(routes_log2), ..Self::default() }
    }
}

impl Logic for Classify {
    #[hdl_gen]
    #[allow(clippy::too_many_lines)] // wiring: a line per wire
    fn update(&mut self) {
        clock!(self, clock, port, route, port_at, port_interval);
        self.port.reset.next = self.reset.val();
        self.route.reset.next = self.reset.val();
        self.port.valid.next = self.valid.val();
        self.route.valid.next = self.valid.val();
        self.port.generation.next = self.generation.val();
        self.route.generation.next = self.generation.val();
        self.route_key.next.vpc = self.eni.val().route_table;
        self.route_key.next.ip = self.far_ip.val();
        self.route.key.next = self.route_key.val();
        self.asked.next.vpc = self.eni.val().vpc;
        self.asked.next.protocol = self.headers.val().protocol;
        self.asked.next.ported = self.headers.val().ported;
        self.asked.next.port = self.headers.val().dst_port;
        self.port.key.next = self.asked.val();
        self.port_at.d.next = self.port.label.val();
        self.port_interval.d.next = self.port.interval.val();
        self.classes.next.port = bit_cast::<8, 8>(self.port_at.q.val().into());
        self.classes.next.port_interval = self.port_interval.q.val();
        self.classes.next.route = bit_cast::<48, 48>(self.route.label.val().into());
        self.classes.next.route_interval = self.route.interval.val();
        self.port.w_valid.next = self.w_valid.val().get_bit(0);
        self.route.w_valid.next = self.w_valid.val().get_bit(1);
        self.port.w_bank.next = self.w_bank.val();
        self.route.w_bank.next = self.w_bank.val();
        self.port.w_index.next = self.w_index.val();
        self.route.w_index.next = self.w_index.val();
        self.port.w_entry.next = self.w_data.val().get_bits::<41>(0);
        self.route.w_entry.next = self.w_data.val().get_bits::<184>(0);
    }
}
