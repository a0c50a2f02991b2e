//! What came of the demonstration, in figures?

use super::{cards::Traffic, tenants::Packet};
use crate::{engine::time, sim::Latency, style};
use control::Vpcs;
use hdl::meta::DropReason;
use serde::Serialize;

/// Packets by the reason for which they were dropped, in the order of the walk.
pub type Drops = Vec<(DropReason, usize)>;

/// The whole of `demo.json`.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// Packets that machines sent.
    pub packets_in: usize,
    /// Packets that machines received.
    pub packets_delivered: usize,
    /// Packets that a card judged otherwise than the reference.
    pub mismatches: usize,
    /// Clocks per packet that a card judged.
    pub cycles_per_packet: f64,
    /// The longest way through a card, port to port.
    pub latency_cycles_max: u64,
    #[serde(skip)]
    latency: Option<Latency>,
    #[serde(skip)]
    judged_per_second: f64,
    #[serde(skip)]
    vpcs: Vec<Tenant>,
    /// By reason.
    #[serde(skip)]
    pub drops: Drops,
}

/// One VPC.
#[derive(Debug)]
struct Tenant {
    name: String,
    vni: u32,
    sent: usize,
    delivered: usize,
    answered: usize,
    tunnelled: usize,
}

impl Figures {
    /// Count; the simulation took `seconds`.
    pub fn of(vpcs: &Vpcs, packets: &[Packet], traffic: &Traffic, seconds: f64) -> Self {
        let tenant = |vpc: usize| {
            let pairs = packets.iter().zip(&traffic.fates);
            let of = pairs.filter(|(packet, _)| packet.vpc == vpc).map(|(_, fate)| fate);
            Tenant {
                name: vpcs.vpcs[vpc].name.clone(),
                vni: vpcs.vpcs[vpc].vni,
                sent: of.clone().count(),
                delivered: of.clone().filter(|f| f.delivered.is_some()).count(),
                answered: of.clone().filter(|f| f.answered()).count(),
                tunnelled: of.filter(|f| f.tunnelled.is_some()).count(),
            }
        };
        let dropped = |reason: &DropReason| {
            traffic.fates.iter().filter(|fate| fate.reason() == Some(*reason)).count()
        };
        let drops = DropReason::ALL.iter().map(|r| (*r, dropped(r))).filter(|(_, n)| *n > 0);
        let latency = Latency::of(traffic.stays.iter().map(|s| s.latency_cycles).collect());
        let judged = traffic.judged as f64;
        Self {
            packets_in: packets.len(),
            packets_delivered: traffic.received.len(),
            mismatches: traffic.mismatches.len(),
            cycles_per_packet: (100.0 * traffic.cycles as f64 / judged.max(1.0)).round() / 100.0,
            latency_cycles_max: latency.map_or(0, |l| l.max),
            latency,
            judged_per_second: judged / seconds,
            vpcs: (0..vpcs.vpcs.len()).map(tenant).collect(),
            drops: drops.collect(),
        }
    }

    /// On standard output, without where the rest of it lies.
    pub fn print(&self) {
        let (head, dim) = (style::HEAD, style::DIM);
        anstream::println!(
            "{head}  VPC       VNI      sent  via underlay  delivered  answered  dropped{head:#}"
        );
        for Tenant { name, vni, sent, delivered, answered, tunnelled } in &self.vpcs {
            let dropped = sent - delivered - answered;
            anstream::println!(
                "  {name:<8}{vni:>5}{sent:>10}{tunnelled:>14}{delivered:>11}{answered:>10}\
                 {dropped:>9}"
            );
        }
        anstream::println!("\n{head}  Dropped, both VPCs{head:#}");
        for (reason, count) in &self.drops {
            let (name, sentence) = (format!("{reason:?}"), reason.sentence().trim());
            anstream::println!("  {count:>5}  {name:<18}{dim}{sentence}{dim:#}");
        }
        if let Some(Latency { min, median, p99, max }) = self.latency {
            let nanos = time(median).as_nanos();
            anstream::println!(
                "\n  latency of a card: {min} min, {median} median, {p99} p99, {max} max clocks; \
                 the median is {nanos} ns at 156.25 MHz"
            );
        }
        anstream::println!(
            "  {} clocks per packet; {:.0} packets per second of simulation",
            self.cycles_per_packet,
            self.judged_per_second
        );
    }
}
