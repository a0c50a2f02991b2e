//! explain.

use crate::run::{folder, penstock};
use etherparse::PacketBuilder;
use std::{fs, time::Duration};

/// A frame of blue-web-1, to the router, from that address to blue-data-1's.
fn frame(src: [u8; 4], port: u16) -> String {
    frame_to(src, [10, 0, 2, 10], port)
}

fn frame_to(src: [u8; 4], dst: [u8; 4], port: u16) -> String {
    frame_of([0x02, 0xb0, 0, 0, 0x01, 0x0a], src, dst, port)
}

fn frame_of(mac: [u8; 6], src: [u8; 4], dst: [u8; 4], port: u16) -> String {
    frame_with(mac, src, dst, port, 0)
}

/// With so many bytes behind TCP.
fn frame_with(mac: [u8; 6], src: [u8; 4], dst: [u8; 4], port: u16, bytes: usize) -> String {
    let builder = PacketBuilder::ethernet2(mac, [2, 0, 0, 0, 0, 1])
        .ipv4(src, dst, 64)
        .tcp(40_000, port, 1, 1024)
        .syn();
    let mut frame = Vec::new();
    builder.write(&mut frame, &vec![0; bytes]).unwrap();
    hex(&frame)
}

fn hex(frame: &[u8]) -> String {
    frame.iter().map(|b| format!("{b:02x}")).collect()
}

fn explain(card: &str, more: &[&str]) -> Vec<String> {
    let fixed = ["explain", "--config", "examples/two-cards.toml", "--card", card];
    fixed.iter().chain(more).map(ToString::to_string).collect()
}

fn run(card: &str, more: &[&str]) -> crate::run::Ran {
    let arguments = explain(card, more);
    penstock(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Stage, says, counts.
fn steps(answer: &serde_json::Value) -> Vec<(String, String, String)> {
    let text = |step: &serde_json::Value, key| step[key].as_str().unwrap().to_string();
    let step = |s| (text(s, "stage"), text(s, "says"), text(s, "counts"));
    answer["steps"].as_array().unwrap().iter().map(step).collect()
}

/// What a stage says, nothing if it is not asked, and whether that counts.
fn says(answer: &serde_json::Value, stage: &str) -> (String, String) {
    let found = steps(answer).into_iter().find(|(s, ..)| s == stage);
    found.map(|(_, says, counts)| (says, counts)).unwrap_or_default()
}

fn passes(says: &str) -> (String, String) {
    (says.into(), "passes".into())
}

#[test]
fn a_packet_that_passes() {
    let hex = frame([10, 0, 1, 10], 5432);
    let answer = run("card-a", &["--port", "host0", "--json", &hex]).json();
    assert_eq!(answer["verdict"], "Forward");
    assert_eq!(answer["egress_port"], "net0");
    assert_eq!(answer["frame_bytes"], 54);
    assert_eq!(answer["frame_out"].as_str().unwrap().len(), 2 * (54 + 50));
    let steps = steps(&answer);
    let stages: Vec<&str> = steps.iter().map(|(stage, ..)| stage.as_str()).collect();
    let searches = ["parser", "eni", "spoof", "appliance", "class far", "class port"];
    let walk =
        [&searches[..], &["nacl", "connection", "group", "route", "mapping", "mtu", "encap"]]
            .concat();
    assert_eq!(stages, walk);
    let says = |stage: &str| &steps.iter().find(|(s, ..)| s == stage).unwrap().1;
    assert!(says("eni").contains("ENI blue-web-1 of VPC blue, subnet blue-web, up"));
    assert!(says("nacl").contains("network ACL web out: 100 allow all 0.0.0.0/0"));
    assert_eq!(says("group"), "security group web out: all 0.0.0.0/0");
    assert!(says("route").contains("10.0.0.0/16 -> local"), "{}", says("route"));
    assert!(says("encap").contains("VXLAN to 192.0.2.20, VNI 5001"));
    let unasked = ("appliance".into(), "not sent to one's MAC".into(), "nothing".into());
    assert_eq!(steps[3], unasked);
    let text = run("card-a", &["--port", "host0", &hex]).out();
    assert!(text.contains("asked VPC") || text.contains("asked network ACL web"), "{text}");
}

#[test]
fn a_packet_between_two_enis_of_a_card_is_judged_for_both() {
    let hex = frame_to([10, 0, 1, 10], [10, 0, 1, 20], 443);
    let answer = run("card-a", &["--port", "host0", "--json", "--engine", "both", &hex]).json();
    assert_eq!(answer["verdict"], "Forward");
    assert_eq!(answer["egress_port"], "host0");
    let steps = steps(&answer);
    let turn = steps.iter().position(|(stage, ..)| stage == "turn").unwrap();
    let stages: Vec<&str> = steps[turn..].iter().map(|(stage, ..)| stage.as_str()).collect();
    let rest = ["class far", "class port", "deliver", "nacl", "connection", "group", "encap"];
    assert_eq!((stages[0], &stages[1..]), ("turn", &rest[..]));
    let (_, says, _) = &steps[turn + 3];
    assert!(says.contains("ENI blue-web-2, subnet blue-web"), "{says}");
    assert_eq!(steps[turn + 6].1, "security group web in: tcp 443 0.0.0.0/0");
}

#[test]
fn a_packet_that_leaves_its_vpc() {
    let told = |dst, port| {
        let hex = frame_of([0x02, 0xb0, 0, 1, 1, 0x0a], [10, 1, 1, 10], dst, port);
        let config = ["explain", "--config", "examples/joined-vpcs.toml", "--card", "card-a"];
        let more = ["--port", "host0", "--json", "--engine", "both", &hex];
        penstock(&[&config[..], &more].concat()).json()
    };
    // To another VPC on the same card, whose default group lets it in.
    let bank = told([10, 2, 1, 20], 8443);
    assert_eq!((&bank["verdict"], &bank["egress_port"]), (&"Forward".into(), &"host1".into()));
    assert_eq!(says(&bank, "route"), passes("10.2.0.0/16 -> shop-bank, VPC bank"));
    let second: Vec<_> = steps(&bank).into_iter().skip_while(|(s, ..)| s != "turn").collect();
    assert!(second[3].1.contains("ENI bank-2, subnet bank-all"), "{second:?}");
    assert_eq!(second[6].1, "security group default in: tcp 8443 10.1.1.0/24");
    assert_eq!(told([10, 2, 1, 20], 443)["verdict"], "SgInbound");
    let internet = told([8, 8, 8, 8], 443);
    assert_eq!(says(&internet, "route"), passes("0.0.0.0/0 -> shop-internet"));
    assert_eq!(says(&internet, "encap"), passes("VXLAN to 192.0.2.200, VNI 6001"));
}

#[test]
fn a_packet_from_the_internet() {
    let told = |dst: [u8; 4]| {
        let mut frame = Vec::new();
        PacketBuilder::ethernet2([0x02, 0xb0, 0, 0, 0xff, 1], [2, 0, 0, 0, 0, 1])
            .single_vlan(100.try_into().unwrap())
            .ipv4([8, 8, 8, 8], dst, 64)
            .tcp(40_000, 443, 1, 1024)
            .write(&mut frame, &[])
            .unwrap();
        let config = ["explain", "--config", "examples/edge.toml", "--card", "edge"];
        let more = ["--port", "host0", "--json", "--engine", "both", &hex(&frame)];
        penstock(&[&config[..], &more].concat()).json()
    };
    let known = told([203, 0, 113, 11]);
    assert_eq!(says(&known, "nat"), passes("203.0.113.11 becomes 10.1.1.20"));
    assert_eq!(says(&known, "encap"), passes("VXLAN to 192.0.2.10, VNI 6001"));
    let unasked = "to and from a router beyond a gateway everything may pass";
    assert_eq!(says(&known, "group"), (unasked.into(), "nothing".into()));
    // By the gateway's route table it goes through the firewall.
    let inspected = told([203, 0, 113, 10]);
    assert_eq!(says(&inspected, "nat"), passes("203.0.113.10 becomes 10.1.1.10"));
    assert_eq!(says(&inspected, "encap"), passes("VXLAN to 192.0.2.20, VNI 6001"));
    assert_eq!(told([203, 0, 113, 12])["verdict"], "NoMapping");
}

#[test]
fn a_packet_that_is_too_long() {
    let told = |bytes| {
        let mac = [0x02, 0xb0, 0, 0, 0x01, 0x0a];
        let hex = frame_with(mac, [10, 0, 1, 10], [10, 0, 2, 10], 5432, bytes);
        let answer = run("card-a", &["--port", "host0", "--json", "--engine", "both", &hex]).json();
        (answer["verdict"].as_str().unwrap().to_string(), says(&answer, "mtu"))
    };
    assert_eq!(told(8961), ("Forward".into(), passes("9001 bytes, and 9001 fit")));
    let answered = "9002 bytes, and 9001 fit: its sender is told";
    assert_eq!(told(8962), ("Reply".into(), passes(answered)));
}

#[test]
fn a_group_is_asked_inside_the_subnet_too() {
    let hex = frame_to([10, 0, 1, 10], [10, 0, 1, 20], 22);
    let answer = run("card-a", &["--port", "host0", "--json", "--engine", "both", &hex]).json();
    assert_eq!(answer["verdict"], "SgInbound");
    let [.., nacl, _, group] = &steps(&answer)[..] else { panic!("{answer}") };
    assert_eq!((nacl.0.as_str(), nacl.2.as_str()), ("nacl", "nothing"));
    let says = "security groups web in: no rule allows it";
    assert_eq!((group.0.as_str(), group.1.as_str(), group.2.as_str()), ("group", says, "drops"));
}

#[test]
fn a_packet_of_a_capture_belongs_to_the_connection_of_those_before_it() {
    let syn: Vec<u8> = frame([10, 0, 1, 10], 5432).as_bytes().chunks(2).map(byte).collect();
    let folder = folder("explain");
    fs::create_dir_all(&folder).unwrap();
    let capture = folder.join("twice.pcap");
    let twice = [(Duration::ZERO, &syn[..]), (Duration::from_secs(2), &syn[..])];
    sim::capture::write(fs::File::create(&capture).unwrap(), twice).unwrap();
    let says = |index| {
        let capture = capture.to_str().unwrap();
        let more = ["--port", "host0", "--json", "--engine", "both", "--index", index, capture];
        let steps = steps(&run("card-a", &more).json());
        steps.into_iter().find(|(stage, ..)| stage == "connection").unwrap().1
    };
    assert!(says("1").contains("new"), "{}", says("1"));
    assert!(says("2").contains("belongs to one: one way"), "{}", says("2"));
}

/// Two hexadecimal digits.
fn byte(digits: &[u8]) -> u8 {
    u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap()
}

#[test]
fn a_packet_from_the_underlay_shows_the_rule_that_drops_it() {
    // As card A sends it, with the MAC that the underlay's router puts in.
    let hex = frame([10, 0, 1, 10], 5433);
    let sent = run("card-a", &["--port", "host0", "--json", &hex]).json();
    let tunnel = sent["frame_out"].as_str().unwrap();
    let tunnel = format!("0200c0000214{}", &tunnel[12..]);
    let answer = run("card-b", &["--port", "net0", "--json", &tunnel]).json();
    assert_eq!(answer["verdict"], "NaclInbound");
    assert!(answer["sentence"].as_str().unwrap().starts_with("A rule of the network ACL"));
    let steps = steps(&answer);
    let step = |stage| {
        let (_, says, counts) = steps.iter().find(|(s, ..)| s == stage).unwrap();
        (says.as_str(), counts.as_str())
    };
    assert_eq!(step("nacl"), ("network ACL data in: * deny, since no rule matches", "drops"));
    // blue-data-2 is one, on card A.
    let speaks = "one lives there, so the sender may speak for any address of the VPC";
    assert_eq!(step("appliance"), (speaks, "passes"));
}

#[test]
fn what_comes_after_a_drop_does_not_count() {
    let hex = frame([10, 0, 1, 99], 5432);
    let answer = run("card-a", &["--port", "host0", "--json", &hex]).json();
    assert_eq!(answer["verdict"], "SpoofedIp");
    let counts: Vec<String> = steps(&answer).into_iter().map(|(.., counts)| counts).collect();
    let spoof = counts.iter().position(|c| c == "drops").unwrap();
    assert_eq!(spoof, 2);
    assert!(counts[..spoof].iter().all(|c| c == "passes"));
    assert!(counts[spoof + 1..].iter().all(|c| c == "nothing"));
}

#[test]
fn the_gateware_says_the_same() {
    let hex = frame([10, 0, 1, 10], 5432);
    let strip = |mut answer: serde_json::Value| {
        answer["engine"].take();
        answer
    };
    let of =
        |engine| run("card-a", &["--port", "host0", "--json", "--engine", engine, &hex]).json();
    assert_eq!(strip(of("both")), strip(of("reference")));
}

#[test]
fn a_packet_of_a_capture() {
    let capture = "tests/data/captures/ssh.pcap";
    let arguments = ["--port", "host1", "--json", "--index", "3", capture];
    let answer = run("card-a", &arguments).json();
    assert_eq!(answer["verdict"], "UnknownEni");
}
