//! Do real machines reach each other through the card?
//!
//! ```text
//!   namespace "tenant"                               namespace "other"
//!   10.0.1.10 on a TAP <--> [ penstock tap ] <--> TAP, Linux's VXLAN, 10.0.1.20
//! ```
//! Linux stands in for the other card: its VXLAN, its fragments, its TCP. The tenant's addresses
//! are what a DHCP client hears, its IPv6 default route what the kernel hears of the router, and
//! how long its packets may be what the card says of them.

mod lease;

use crate::run::folder;
use std::{
    env, fs,
    hash::{DefaultHasher, Hasher},
    io::{Read, Write, stderr},
    net::{Shutdown, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio, id},
    thread::sleep,
    time::Duration,
};

/// What a process of this test is in a namespace.
const ROLE: &str = "PENSTOCK_TAP_ROLE";
/// This test's name, as such a process is asked for it.
const NAME: &str = "tap::linux_talks_vxlan_with_the_card";
/// Bytes that go through TCP.
const STREAM_BYTES: usize = 8 << 20;
/// Where they go.
const SERVER: &str = "10.0.1.20:8100";
/// How often something is tried, a tenth of a second apart.
const TRIES: usize = 300;

/// 50 bytes less than the underlay's, and less than the TAP's.
const MTU: &str = "mtu 1400 ";

const CONFIG: &str = r#"
underlay_mtu = 1450

[[cards]]
name = "model"
profile = "large"
underlay = { ip = "192.0.2.10", mac = "02:00:c0:00:02:0a", gateway_mac = "02:00:c0:00:02:01" }

[[cards]]
name = "linux"
profile = "large"
underlay = { ip = "192.0.2.20", mac = "02:00:c0:00:02:01", gateway_mac = "02:00:c0:00:02:0a" }

[[vpcs]]
name = "blue"
vni = 5001
cidrs = ["10.0.0.0/16", "2001:db8:b::/56"]

[[subnets]]
name = "all"
vpc = "blue"
cidrs = ["10.0.1.0/24", "2001:db8:b:1::/64"]

[[enis]]
name = "tenant"
subnet = "all"
mac = "02:b0:00:00:01:0a"
addresses = ["10.0.1.10", "2001:db8:b:1::a"]
card = "model"
port = "host0"

[[enis]]
name = "other"
subnet = "all"
mac = "02:b0:00:00:01:14"
addresses = ["10.0.1.20", "2001:db8:b:1::14"]
card = "linux"
port = "host0"
"#;

/// Names of this run alone.
struct Names {
    tenant: String,
    other: String,
    host: String,
    net: String,
}

/// The command under test and the namespaces, gone with it.
struct Stage {
    names: Names,
    card: Child,
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.card.kill();
        for namespace in [&self.names.tenant, &self.names.other] {
            let _ = Command::new("ip").args(["netns", "delete", namespace]).status();
        }
    }
}

/// Run it; its exit status must be 0.
#[track_caller]
fn ok(command: &str) {
    let Output { status, stderr, .. } = words(command).output().unwrap();
    assert!(status.success(), "{command}: {}", String::from_utf8_lossy(&stderr));
}

fn words(command: &str) -> Command {
    let mut words = command.split_whitespace();
    let mut all = Command::new(words.next().unwrap());
    all.args(words);
    all
}

/// Try until it works.
#[track_caller]
fn soon<T>(what: &str, mut work: impl FnMut() -> Option<T>) -> T {
    for _ in 0..TRIES {
        if let Some(done) = work() {
            return done;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("{what}: not within {} s", TRIES / 10)
}

impl Stage {
    /// None without the privilege.
    fn new() -> Option<Self> {
        let names = Names {
            tenant: format!("penstock-t{}", id()),
            other: format!("penstock-o{}", id()),
            host: format!("pst{}h", id()),
            net: format!("pst{}n", id()),
        };
        let Names { tenant, other, host, net } = &names;
        let made = words(&format!("ip netns add {tenant}")).output();
        let may = made.is_ok_and(|made| made.status.success());
        if !may || !Path::new("/dev/net/tun").exists() {
            return None;
        }
        ok(&format!("ip netns add {other}"));
        let config = folder("tap").with_extension("toml");
        fs::write(&config, CONFIG).unwrap();
        let card = Command::new(env!("CARGO_BIN_EXE_penstock"))
            .args(["tap", "--card", "model", "--engine", "both", "--json", "--config"])
            .arg(&config)
            .args(["--host", &format!("host0={host}"), "--net", &format!("net0={net}")])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stage = Self { names, card };
        stage.wire();
        Some(stage)
    }

    /// Both ends as their owners would set them up. Linux's VXLAN asks nobody who has an address.
    fn wire(&self) {
        let Names { tenant, other, host, net } = &self.names;
        for (device, namespace) in [(host, tenant), (net, other)] {
            let device_path = format!("/sys/class/net/{device}");
            soon(device, || Path::new(&device_path).exists().then_some(()));
            ok(&format!("ip link set {device} netns {namespace}"));
        }
        // What the router advertises is not to be what the card must say.
        let deaf = format!("echo 0 > /proc/sys/net/ipv6/conf/{host}/accept_ra_mtu");
        let done = words(&format!("ip netns exec {tenant} sh -c")).arg(deaf).status().unwrap();
        assert!(done.success());
        let inside = |namespace: &str, command: &str| ok(&format!("ip -n {namespace} {command}"));
        inside(tenant, &format!("link set {host} address 02:b0:00:00:01:0a up"));
        inside(other, &format!("link set {net} address 02:00:c0:00:02:01 mtu 1600 up"));
        inside(other, &format!("address add 192.0.2.20/24 dev {net}"));
        let lladdr = "lladdr 02:00:c0:00:02:0a nud permanent";
        inside(other, &format!("neighbor add 192.0.2.10 {lladdr} dev {net}"));
        let ends = "local 192.0.2.20 remote 192.0.2.10";
        inside(other, &format!("link add vx type vxlan id 5001 dstport 4789 {ends} dev {net}"));
        inside(other, "link set vx address 02:b0:00:00:01:14 mtu 1500 up");
        inside(other, "address add 10.0.1.20/24 dev vx");
        let lladdr = "lladdr 02:b0:00:00:01:0a nud permanent";
        inside(other, &format!("neighbor add 10.0.1.10 {lladdr} dev vx"));
        inside(other, "address add 2001:db8:b:1::14/64 dev vx nodad");
        inside(other, &format!("neighbor add 2001:db8:b:1::a {lladdr} dev vx"));
    }

    /// This test again, in a namespace, in a role.
    fn play(&self, namespace: &str, role: &str) -> Child {
        Command::new("ip")
            .args(["netns", "exec", namespace])
            .arg(env::current_exe().unwrap())
            .args([NAME, "--exact", "--nocapture"])
            .env(ROLE, role)
            .spawn()
            .unwrap()
    }

    /// End the command as Ctrl-C does; what it says then.
    fn end(mut self) -> serde_json::Value {
        ok(&format!("kill -INT {}", self.card.id()));
        let mut text = String::new();
        self.card.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        assert!(self.card.wait().unwrap().success(), "{text}");
        serde_json::from_str(&text).unwrap()
    }
}

/// A host that sends to `address` too long a packet learns how long it may be.
#[track_caller]
fn learns_mtu(host: &str, address: &str) {
    let route = || {
        let route = words(&format!("ip -n {host} route get {address}")).output().unwrap();
        String::from_utf8(route.stdout).unwrap()
    };
    assert!(!route().contains("mtu"), "{}", route());
    let ping = format!("ip netns exec {host} ping -c 3 -i 0.2 -W 1 -M do -s 1420 {address}");
    words(&ping).output().unwrap();
    assert!(route().contains(MTU), "{}", route());
}

/// Bytes whose places tell them apart.
fn stream() -> Vec<u8> {
    (0..STREAM_BYTES).map(|at| (at ^ at >> 8 ^ at >> 16) as u8).collect()
}

fn hash(bytes: &[u8]) -> [u8; 8] {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish().to_be_bytes()
}

/// The other end answers the hash of what it has got.
fn play(role: &str) {
    if role == "server" {
        let (mut peer, _) = TcpListener::bind(SERVER).unwrap().accept().unwrap();
        let mut got = Vec::new();
        peer.read_to_end(&mut got).unwrap();
        peer.write_all(&hash(&got)).unwrap();
    } else {
        let mut peer = soon("the server", || TcpStream::connect(SERVER).ok());
        peer.write_all(&stream()).unwrap();
        peer.shutdown(Shutdown::Write).unwrap();
        let mut answer = [0; 8];
        peer.read_exact(&mut answer).unwrap();
        assert_eq!(answer, hash(&stream()));
    }
}

#[test]
fn linux_talks_vxlan_with_the_card() {
    if let Ok(role) = env::var(ROLE) {
        return play(&role);
    }
    let Some(stage) = Stage::new() else {
        let why = "no network namespaces or TAP devices for this user: run as root";
        writeln!(stderr(), "\nSKIPPED {NAME}: {why}\n").unwrap();
        return;
    };
    let (tenant, other) = (stage.names.tenant.clone(), stage.names.other.clone());
    let ping = |size: usize| format!("ip netns exec {tenant} ping -c 5 -i 0.2 -W 5 -s {size}");
    let answered = lease::have(&tenant, &stage.names.host);
    // By way of the router that the kernel heard of. What follows stays on the link: who has the
    // other's addresses the tenant asks, and the card answers.
    ok(&format!("{} 2001:db8:b:1::14", ping(56)));
    // Without what the advertisement said, it must ask for its router.
    ok(&format!("ip -n {tenant} -6 neigh flush dev {}", stage.names.host));
    ok(&format!("{} 2001:db8:b:1::14", ping(56)));
    ok(&format!("ip -n {tenant} route add 2001:db8:b:1::/64 dev {}", stage.names.host));
    ok(&format!("{} 10.0.1.20", ping(56)));
    learns_mtu(&tenant, "10.0.1.20");
    // In three fragments each way.
    ok(&format!("{} 10.0.1.20", ping(4000)));
    ok(&format!("{} 2001:db8:b:1::14", ping(56)));
    learns_mtu(&tenant, "2001:db8:b:1::14");
    ok(&format!("{} 2001:db8:b:1::14", ping(4000)));
    let mut server = stage.play(&other, "server");
    let mut client = stage.play(&tenant, "client");
    assert!(client.wait().unwrap().success());
    assert!(server.wait().unwrap().success());
    let said = stage.end();
    assert_eq!(said["mismatches"], 0, "{said}");
    assert_eq!(said["undelivered"], 0, "{said}");
    assert!(said["verdicts"]["MtuExceeded"].is_null(), "{said}");
    // Linux asks for routers of its own accord.
    assert!(said["verdicts"]["PuntRouterSolicitation"].is_number(), "{said}");
    assert!(said["verdicts"]["PuntLinkLocal"].is_number(), "{said}");
    assert!(said["cpu"]["answered"].as_u64() >= Some(answered), "{said}");
    assert_eq!(said["cpu"]["unanswered"], serde_json::json!({}), "{said}");
    let bytes = said["bytes"].as_u64().unwrap();
    assert!(bytes > STREAM_BYTES as u64, "{said}");
}
