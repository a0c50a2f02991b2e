//! What does a tenant's Linux hear of its network?

use super::{NAME, ok, soon, words};
use crate::run::folder;
use std::{
    collections::HashMap,
    fs,
    io::{Write, stderr},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
};

/// What the client runs when it has heard something: it writes that down, and the addresses become
/// the device's.
const SCRIPT: &str = r#"#!/bin/sh
PATH=/usr/sbin:/usr/bin:/sbin:/bin
case $reason in
BOUND) ip address add "$new_ip_address/$new_subnet_mask" dev "$interface" ;;
BOUND6) ip address add "$new_ip6_address/128" dev "$interface" nodad ;;
*) exit 0 ;;
esac
env > "${0%/*}/$reason.part"
mv "${0%/*}/$reason.part" "${0%/*}/$reason"
"#;

/// A client in the foreground, gone with it.
struct Client(Child);

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Let the tenant have its addresses, by DHCP if there is a client; how many answers that took at
/// least.
#[allow(clippy::explicit_write, reason = "tests capture what eprintln says")]
pub fn have(tenant: &str, device: &str) -> u64 {
    // The kernel asks for routers as soon as the device has a link-local address.
    let router = "default via fe80::ff:fe00:1";
    soon("a router", || {
        let said = words(&format!("ip -n {tenant} -6 route show dev {device}")).output().ok()?;
        String::from_utf8_lossy(&said.stdout).contains(router).then_some(())
    });
    let Some(folder) = client_folder() else {
        let why = "dhclient is not there: its addresses are set by hand";
        writeln!(stderr(), "\nSKIPPED {NAME}: {why}\n").unwrap();
        ok(&format!("ip -n {tenant} address add 10.0.1.10/24 dev {device}"));
        ok(&format!("ip -n {tenant} address add 2001:db8:b:1::a/128 dev {device} nodad"));
        return 1;
    };
    let v4 = hear(&folder, tenant, device, "-4", "BOUND");
    for (key, value) in [
        ("ip_address", "10.0.1.10"),
        ("subnet_mask", "255.255.255.0"),
        ("routers", "10.0.1.1"),
        ("dhcp_server_identifier", "10.0.1.1"),
        ("dhcp_lease_time", "3600"),
        ("domain_name_servers", "10.0.0.2"),
        ("interface_mtu", "1400"),
        ("host_name", "ip-10-0-1-10"),
    ] {
        assert_eq!(v4.get(&format!("new_{key}")).map(String::as_str), Some(value), "{v4:?}");
    }
    let v6 = hear(&folder, tenant, device, "-6", "BOUND6");
    for (key, value) in [
        ("ip6_address", "2001:db8:b:1::a"),
        ("dhcp6_server_id", "0:3:0:1:2:0:0:0:0:1"),
        ("dhcp6_name_servers", "fd00:ec2::253"),
    ] {
        assert_eq!(v6.get(&format!("new_{key}")).map(String::as_str), Some(value), "{v6:?}");
    }
    // An advertisement, an offer, an ack; an advertise, a reply.
    5
}

/// The folder of the client's script, if there is a client.
fn client_folder() -> Option<std::path::PathBuf> {
    Command::new("dhclient").arg("--version").output().ok()?;
    let folder = folder("lease");
    fs::create_dir_all(&folder).unwrap();
    let script = folder.join("script");
    fs::write(&script, SCRIPT).unwrap();
    let asks = "also request interface-mtu, host-name, domain-name-servers, dhcp6.name-servers;";
    fs::write(folder.join("configuration"), asks).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    Some(folder)
}

/// What the client's script hears for that reason.
fn hear(
    folder: &Path,
    tenant: &str,
    device: &str,
    family: &str,
    reason: &str,
) -> HashMap<String, String> {
    let path = |name: &str| folder.join(name).display().to_string();
    let child = Command::new("ip")
        .args(["netns", "exec", tenant, "dhclient", family, "-d", "-1", "-cf"])
        .arg(path("configuration"))
        .args(["-sf", &path("script"), "-lf", &path(&format!("leases{family}"))])
        .args(["-pf", &path(&format!("pid{family}")), device])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let client = Client(child);
    let said = soon(reason, || fs::read_to_string(folder.join(reason)).ok());
    drop(client);
    let pairs = said.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(key, value)| (key.into(), value.trim_matches('\'').into())).collect()
}
