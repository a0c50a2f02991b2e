# A thin index of commands; `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help demo test fmax linerate bench soak commit faults build
CARGO := cargo
RUN := $(CARGO) run --release --locked --quiet --package

help: ## what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\t\1\t/' | expand -t 2,14

build: ## everything, with what the machine lacks
	@scripts/setup.sh build
	$(CARGO) build --release --locked --workspace

demo: ## real captures through two cards, compared packet by packet with the reference
	@scripts/setup.sh build
	@$(RUN) penstock -- demo

test: ## every test
	@scripts/setup.sh build
	$(CARGO) test --release --locked --workspace

fmax: ## place and route the 128-bit card for an ECP5-85F, three seeds, two speed grades
	@scripts/setup.sh fmax
	@$(RUN) house --bin measure -- fmax

linerate: ## clocks per packet at both widths, for each kind of traffic and length
	@scripts/setup.sh build
	@$(RUN) house --bin measure -- linerate

commit: ## thousands of changes while packets flow: none is judged by a mix, none is lost
	@scripts/setup.sh build
	@$(RUN) house --bin measure -- commits

faults: ## planted one after the other: a test must fail of each
	@scripts/setup.sh build
	@$(RUN) house --bin measure -- faults

bench: ## speed of model, reference and driver, beside test benches in C++ and cocotb
	@scripts/setup.sh bench
	$(CARGO) bench --locked --package house --bench speed

soak: ## a million random packets, both widths, twenty seeds, with stalls; 10,000 expressions
	@scripts/setup.sh build
	@$(RUN) house --bin measure -- soak
	PENSTOCK_SOAK=1 $(CARGO) test --release --locked --package verilog
