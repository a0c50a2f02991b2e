//! How does Linux get the packets, and what comes out of it?

use super::{
    ruleset::{self, Ruleset},
    say,
    talk::Packet,
};
use serde_json::Value;
use std::{
    fs,
    io::{ErrorKind, Write},
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

/// Where TUN devices come from.
const TUN: &str = "/dev/net/tun";
/// The ENI's device.
pub const ENI: &str = "eni";
/// The others: one for each VPC, in the order of the file, and for each gateway, by the last byte
/// of its underlay address.
const OTHERS: [&str; 8] = ["vpc0", "vpc1", "vpc2", "gw4", "gw5", "gw6", "gw7", "gw8"];
const FAMILIES: [&str; 2] = ["-4", "-6"];
/// Longest packet that is read.
const PACKET_BYTES_MAX: usize = 2048;
/// How often, and after what pause, somebody looks for a packet that should leave.
const TRIES: u32 = 1000;
const PAUSE: Duration = Duration::from_millis(1);

/// Forward, whatever the source address; TCP by its flags alone, from the middle of a connection
/// too (Documentation/networking/nf_conntrack-sysctl.rst of Linux).
const SYSCTLS: [(&str, &str); 6] = [
    ("ipv4/ip_forward", "1"),
    ("ipv4/conf/all/rp_filter", "0"),
    ("ipv4/conf/default/rp_filter", "0"),
    ("ipv6/conf/all/forwarding", "1"),
    ("netfilter/nf_conntrack_tcp_be_liberal", "1"),
    ("netfilter/nf_conntrack_tcp_loose", "1"),
];
/// Has Linux load what tracks connections, so that the settings above are there.
const LOADS: &str = "table inet vpc { chain any { ct state new; }; }";
/// The wire into the transit gateway: its table is asked of what comes out of the other end, so
/// both ends have the MAC that the other one sends to.
const WIRE: &str = "link add to-transit type veth peer name transit
link set to-transit address 02:00:00:00:00:99 arp off up
link set transit address 02:00:00:00:00:99 arp off up
";

/// Linux's network of this process.
pub struct Linux {
    devices: Vec<(&'static str, SyncDevice)>,
}

/// Are there TUN devices?
pub fn has_tun() -> bool {
    Path::new(TUN).exists()
}

/// Let a program read `text`; what it writes.
pub fn tell(program: &str, arguments: &[&str], text: &str) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{program}: {e}"));
    let mut stdin = child.stdin.take().expect("it was piped");
    stdin.write_all(text.as_bytes()).expect("it reads");
    drop(stdin);
    let out = child.wait_with_output().expect("it ends");
    assert!(out.status.success(), "{program} {arguments:?}:\n{text}");
    String::from_utf8_lossy(&out.stdout).into_owned()
}

/// Set how it forwards.
fn prepare() {
    tell("nft", &["-f", "-"], LOADS);
    for (name, value) in SYSCTLS {
        fs::write(format!("/proc/sys/net/{name}"), value).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

/// A TUN device that is up, of this process.
fn device(name: &str) -> SyncDevice {
    let device = DeviceBuilder::new()
        .name(name)
        .layer(Layer::L3)
        .inherit_enable_state()
        .build_sync()
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    device.set_nonblocking(true).expect("a device that need not wait");
    let up = format!("link set {name} addrgenmode none up\n");
    tell("ip", &["-batch", "-"], &up);
    device
}

/// Linux with nothing but some devices, between which it forwards.
pub struct Wire {
    devices: Vec<(&'static str, SyncDevice)>,
}

impl Wire {
    /// Between these devices.
    pub fn new(names: &[&'static str]) -> Self {
        prepare();
        Self { devices: names.iter().map(|name| (*name, device(name))).collect() }
    }

    fn device(&self, name: &str) -> &SyncDevice {
        &self.devices.iter().find(|(n, _)| *n == name).expect("a device").1
    }

    /// Let a packet come in; what leaves by the other device.
    pub fn through(&self, from: &str, packet: &[u8], to: &str) -> Vec<u8> {
        self.device(from).send(packet).expect("the device is up");
        let mut bytes = [0; PACKET_BYTES_MAX];
        for again in 0..TRIES {
            match self.device(to).recv(&mut bytes) {
                Ok(length) if bytes[0] >> 4 == packet[0] >> 4 => return bytes[..length].to_vec(),
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => sleep(PAUSE * again.min(1)),
                Err(e) => panic!("{to}: {e}"),
            }
        }
        panic!("nothing leaves by {to}: {packet:02x?}")
    }
}

impl Linux {
    /// With its devices, and no rules.
    pub fn new() -> Self {
        prepare();
        let mut devices = Vec::new();
        for name in [ENI].into_iter().chain(OTHERS) {
            devices.push((name, device(name)));
        }
        tell("ip", &["-batch", "-"], WIRE);
        for family in FAMILIES {
            tell("ip", &[family, "-batch", "-"], &ruleset::tables());
        }
        Self { devices }
    }

    /// These rules and routes, and no others.
    pub fn configure(&self, rules: &Ruleset) {
        tell("nft", &["-f", "-"], &rules.nft);
        for (family, batch) in FAMILIES.into_iter().zip(&rules.ip) {
            tell("ip", &[family, "-batch", "-"], batch);
        }
    }

    /// Let a packet come in; by which device does it leave? Linux forwards it before it is sent,
    /// as a rule; who is `patient` waits a while if it did not.
    pub fn pass(&self, packet: &Packet, patient: bool) -> Option<String> {
        let from = if packet.outbound { ENI } else { &packet.peer.device };
        let (_, device) = self.devices.iter().find(|(name, _)| *name == from).expect("a device");
        device.send(&packet.ip).expect("the device is up");
        let tries = if patient { TRIES } else { 1 };
        (0..tries).find_map(|again| {
            sleep(PAUSE * again.min(1));
            self.left(packet.number)
        })
    }

    fn left(&self, number: u32) -> Option<String> {
        let mut left = None;
        for (name, device) in &self.devices {
            let mut bytes = [0; PACKET_BYTES_MAX];
            loop {
                let packet = match device.recv(&mut bytes) {
                    Ok(length) => &bytes[..length],
                    Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                    Err(e) => panic!("{name}: {e}"),
                };
                // What Linux says of its own accord has none.
                let Some(found) = say::number(packet) else { continue };
                assert_eq!((found, &left), (number, &None), "a packet leaves late, or twice");
                left = Some((*name).to_owned());
            }
        }
        left
    }

    /// What its rules have counted.
    pub fn counters(&self) -> Vec<(String, u64)> {
        let text = tell("nft", &["-j", "list", "counters"], "");
        let all: Value = serde_json::from_str(&text).expect("JSON");
        let objects = all["nftables"].as_array().expect("a list");
        let counters = objects.iter().filter_map(|o| o.get("counter"));
        let count = |c: &Value| Some((c["name"].as_str()?.to_owned(), c["packets"].as_u64()?));
        counters.filter_map(count).collect()
    }
}
