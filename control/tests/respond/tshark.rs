//! Does another program read the answers as they are meant?

use pcap_file::pcap::{PcapPacket, PcapWriter};
use std::{
    fs::{self, File},
    path::Path,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

/// Captures of this process.
static CAPTURES: AtomicUsize = AtomicUsize::new(0);

/// DHCP or an advertisement, without a checksum that is wrong, a field that is malformed
/// or anything else that tshark takes for an error.
const SOUND: &str = "(dhcp || dhcpv6 || icmpv6.type in {134, 136}) \
    && !(_ws.malformed || _ws.expert.severity >= error || ip.checksum.status == Bad \
         || udp.checksum.status == Bad || icmpv6.checksum.status == Bad)";

/// tshark finds nothing wrong with any of these frames.
pub fn reads(frames: &[Vec<u8>]) {
    let number = CAPTURES.fetch_add(1, Ordering::Relaxed);
    let name = format!("respond-{}-{number}.pcap", std::process::id());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut capture = PcapWriter::new(File::create(&path).unwrap()).unwrap();
    for frame in frames {
        let packet = PcapPacket::new(Duration::ZERO, frame.len() as u32, frame);
        capture.write_packet(&packet).unwrap();
    }
    drop(capture);
    let checks = ["ip.check_checksum:TRUE", "udp.check_checksum:TRUE"];
    let out = Command::new("tshark")
        .args(checks.iter().flat_map(|check| ["-o", check]))
        .args(["-n", "-T", "fields", "-e", "frame.number", "-Y", SOUND, "-r"])
        .arg(&path)
        .output()
        .expect("tshark is installed: scripts/setup.sh build");
    let out = String::from_utf8(out.stdout).unwrap();
    let sound: Vec<usize> = out.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(sound, (1..=frames.len()).collect::<Vec<_>>(), "sound ones of {}", path.display());
    fs::remove_file(path).unwrap();
}
