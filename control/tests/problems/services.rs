//! What can be wrong with a service?

use super::check;

fn spoil(services: &str, at: &str, message: &str) {
    let first = "\n[[cards]]\nname = \"a\"";
    check(first, &format!("{services}{first}"), at, message);
}

#[test]
fn services() {
    let service = |name: &str, number: &str, addresses: &str| {
        format!("[[services]]\nname = \"{name}\"\nnumber = {number}\naddresses = [{addresses}]\n")
    };
    for number in ["0", "16", "-1", "300"] {
        let message = format!("service number {number} is none");
        spoil(&service("x", number, ""), number, &message);
    }
    let pair = |a: String, b: String| a + &b;
    spoil(
        &pair(service("x", "1", ""), service("y", "1", "")),
        "1",
        "two services have the number 1",
    );
    spoil(
        &pair(service("x", "1", ""), service("x", "2", "")),
        "\"x\"",
        "two service objects are named `x`",
    );
    for address in ["10.0.1.9", "fe80::1", "plus-three", "169.253.0.1"] {
        let quoted = format!("\"{address}\"");
        let message = format!("`{address}` is no address of a service");
        spoil(&service("x", "1", &quoted), &quoted, &message);
    }
    for address in ["\"169.254.0.1\"", "\"plus-two\"", "\"fd00:ec2::1\""] {
        let both = pair(service("x", "1", address), service("y", "2", address));
        let message = format!("two services have the address {}", address.trim_matches('"'));
        spoil(&both, address, &message);
    }
}
