//! What can be wrong with what a VPC's machines are told?

use super::{RIGHT, check, read};

const CIDRS: &str = "cidrs = [\"10.0.0.0/17\"]\n";

fn spoil(key: &str, value: &str, at: &str, message: &str) {
    check(CIDRS, &format!("{CIDRS}dhcp = {{ {key} = {value} }}\n"), at, message);
}

#[test]
fn what_is_told() {
    let all = "domain_name = \"a.example\", name_servers = [], ntp_servers = [\"10.0.0.9\"]";
    read(&RIGHT.replace(CIDRS, &format!("{CIDRS}dhcp = {{ {all} }}\n"))).unwrap();
    let name = "`a..b` is no domain name";
    spoil("domain_name", "\"a..b\"", "\"a..b\"", name);
    for key in ["name_servers", "ntp_servers"] {
        spoil(key, "[\"x\"]", "\"x\"", "`x` is no IP address");
        for bad in ["0.0.0.0", "255.255.255.255", "224.0.0.1", "127.0.0.1", "::", "::1", "ff02::1"]
        {
            let at = format!("\"{bad}\"");
            spoil(key, &format!("[{at}]"), &at, &format!("{bad} is no server's address"));
        }
        let four = "\"10.0.0.1\", \"10.0.0.2\", \"10.0.0.3\", \"10.0.0.4\"";
        let six = ", \"2001:db8::1\", \"2001:db8::2\", \"2001:db8::3\", \"2001:db8::4\"";
        read(&RIGHT.replace(CIDRS, &format!("{CIDRS}dhcp = {{ {key} = [{four}{six}] }}\n")))
            .unwrap();
        let many = "6 servers of one kind and family";
        spoil(key, &format!("[{four}, \"10.0.0.5\", \"10.0.0.6\"]"), "\"10.0.0.5\"", many);
    }
    let unknown = "unknown field `x`, expected one of `domain_name`, `name_servers`, `ntp_servers`";
    spoil("x", "1", "x", unknown);
}
