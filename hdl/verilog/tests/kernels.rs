//! Do printed kernels compute in iverilog and Verilator what rust-hdl's `update` computes?
#![allow(missing_docs, clippy::unwrap_used, clippy::precedence, reason = "tests")]
mod judge;
mod kernels {
    pub mod children;
    pub mod control;
    pub mod operators;
    pub mod types;
}
use judge::Case;

fn all() -> Vec<Case> {
    let mut all = kernels::operators::cases();
    all.extend(kernels::types::cases());
    all.extend(kernels::control::cases());
    all.extend(kernels::children::cases());
    all
}

#[test]
fn simulators_agree_with_rust() {
    judge::agree("kernels", &all(), &[]);
}

#[test]
fn yosys_reads_them_and_finds_no_latch() {
    judge::yosys_agrees("kernels", &all());
}
